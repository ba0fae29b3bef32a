-- io.write, io.open and file handles, on a temporary file.
local name = os.tmpname()
local f = assert(io.open(name, "w"))
print(io.type(f), io.type(io.stdout), io.type(5), tostring(f):match("^file %(") ~= nil)
print(f:write("line one\n", 2, " ", 3.5, "\n", "last without newline") == f or true)
print(f:close(), io.type(f), tostring(f))
for l in io.lines(name) do print("[" .. l .. "]") end
f = io.open(name)
print(f:read("*l"), f:read("*n"), f:read("*n"), f:read("*l"), f:read("*a"), f:read("*a"), f:read("*l"), f:read(0))
print(f:seek("set", 5), f:read(3), f:seek("cur"), f:seek("end"), f:read(1))
f:close()
f = io.open(name, "a"); f:write("\nappended\n"); f:close()
f = io.open(name, "rb")
print(#f:read("*a"))
f:seek("set"); print(f:read(4, 5))
f:seek("set"); local n = 0; for l in f:lines() do n = n + 1 end; print(n)
f:close()
print((pcall(f.read, f)))
print((pcall(function() return f:read() end)))
print(io.open("/nonexistent/file", "r"))
print((pcall(io.lines, "/nonexistent/file")))
f = io.open(name, "w+"); f:write("abc"); f:seek("set", 1); f:write("X"); f:seek("set"); print(f:read("*a")); f:close()
print(os.remove(name), (os.remove(name)))
io.write("a", 1, 2.5, "\n")
print(io.write("") == io.stdout, io.stdout:write("direct\n") == io.stdout or true)

--> file	file	nil	true
--> true
--> true	closed file	file (closed)
--> [line one]
--> [2 3.5]
--> [last without newline]
--> line one	2	3.5		last without newline		nil	nil
--> 5	one	8	35	nil
--> 45
--> line	 one
-->
--> 4
--> false
--> false
--> nil	/nonexistent/file: No such file or directory	2
--> false
--> aXc
--> true	nil
--> a12.5
--> direct
--> false	true
