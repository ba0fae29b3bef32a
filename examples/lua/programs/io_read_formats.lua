-- Reading numbers, lines, counts and whole files.
local name = os.tmpname()
local f = io.open(name, "w")
f:write("12 -3.5 1e2 0x10 .5\nline two\n\nline four\nabcdef")
f:close()
f = io.open(name)
print(f:read("*n", "*n", "*n", "*n", "*n"))
print(f:read("*l") == "", f:read("*l"), f:read("*l") == "", f:read())
print(f:read(2), f:read(0) == "", f:read(100), f:read(1), f:read(0), f:read("*a") == "", f:read("*l"))
print(f:seek("set"), f:read(3), f:seek("cur", -1), f:read(1), f:seek("end", -3), f:read("*a"))
f:close()
local n, total = 0, 0
for line in io.lines(name) do n, total = n + 1, total + #line end
print(n, total)
f = io.open(name)
for line in f:lines() do if line == "" then break end end
print(f:read())
f:close()
f = io.open(name, "r+")
f:seek("set", 3)
f:write("XX")
f:seek("set")
print(f:read())
f:close()
f = io.open(name, "w")
print(io.type(f), f:setvbuf("full", 1024), f:write(""), f:flush() ~= nil)
f:close()
f = io.open(name)
print(f:read("*a") == "", f:read("*a") == "", f:read("*l"), f:read("*n"))
f:close()
print((pcall(io.open, name, "bad mode")) or "refused")
print(os.remove(name))

--> 12	-3.5	100	16	0.5
--> true	line two	true	line four
--> ab	true	cdef	nil	nil	true	nil
--> 0	12 	2	 	43	def
--> 5	42
--> line four
--> 12 XX.5 1e2 0x10 .5
--> file	true	true	true
--> true	true	nil	nil
--> true
--> true
