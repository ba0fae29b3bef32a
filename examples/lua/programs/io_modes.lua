-- Reading, writing, appending to and truncating files; many bytes at once.
-- only: luajit
local name = os.tmpname()
local f = assert(io.open(name, "w"))
f:write("first line\nsecond")
f:close()
f = io.open(name, "a+")
print(f:write(" END"), f:seek("set"), f:read("*a"))
f:seek("set")
f:write("!")
print(f:seek("set"), f:read("*a"))
f:close()
f = io.open(name, "r+")
print(f:read(2), f:seek())
f:seek("cur", 0)
f:write("ZZ")
f:seek("cur", 0)
print(f:read("*l"), f:seek("cur"), f:seek("set"), f:read("*a"))
f:close()
print(select(3, io.open(name, "wx")))
print(io.open(name, "r+b"):close(), io.open(name, "rb"):close())
f = io.open(name, "w+")
print(f:seek("set", 10), f:write("x"), f:seek("cur"), f:seek("set"), #f:read("*a"))
f:close()
f = io.tmpfile()
print(f:write("abc"), f:seek("set"), f:read("*a"), f:close())
f = io.open(name, "wb")
local block = {}
for i = 1, 1000 do block[i] = i .. "\0\n" end
block = table.concat(block)
for i = 1, 100 do f:write(block) end
f:close()
f = io.open(name, "rb")
print(f:seek("end") == 100 * #block, f:seek("set", #block), f:read(#block) == block, f:read(20000) ~= nil)
f:seek("set")
print(f:read("*a") == block:rep(100), f:read("*a"), f:read(1))
f:close()
local ok, count = true, 0
for chunk in io.lines(name, 4096) do count = count + #chunk end
print(count == 100 * #block)
f = io.open(name, "w")
f:setvbuf("no")
f:write("seen")
print(io.open(name):read("*a"))
f:setvbuf("line")
f:write(" at\nonce")
print(io.open(name):read("*a"))
f:setvbuf("full")
f:flush()
print(io.open(name):read("*a"))
f = nil
collectgarbage()
print(io.open(name, "r"):read("*a"))
print(os.remove(name))

--> true	0	first line
--> second END
--> 0	first line
--> second END!
--> fi	2
--> t line	11	0	fiZZt line
--> second END!
--> 17
--> true	true
--> 10	true	11	0	11
--> true	0	abc	true
--> true	4893	true	true
--> true		nil
--> true
--> seen
--> seen at
--> once
--> seen at
--> once
--> seen at
--> once
--> true
