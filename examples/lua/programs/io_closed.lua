-- Functions of `io` on closed files.
-- only: luajit
local name = os.tmpname()
local f = io.open(name, "w")
f:write("abc\n")
f:close()
for _, method in ipairs({ "close", "flush", "lines", "read", "seek", "write" }) do
  print(method, pcall(f[method], f))
  print(method, (pcall(f[method])))
end
print(tostring(f), io.type(f), pcall(io.close, f))
local output = io.output()
io.output(name)
io.close()
print(pcall(io.close))
print(pcall(function() io.close() end))
io.output(output)
os.remove(name)

--> close	false	attempt to use a closed file
--> close	true
--> flush	false	attempt to use a closed file
--> flush	false
--> lines	false	attempt to use a closed file
--> lines	false
--> read	false	attempt to use a closed file
--> read	false
--> seek	false	attempt to use a closed file
--> seek	false
--> write	false	attempt to use a closed file
--> write	false
--> file (closed)	closed file	false	attempt to use a closed file
--> false	attempt to use a closed file
--> false	io_closed.lua:16: attempt to use a closed file
