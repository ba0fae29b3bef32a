-- `table.new` and `table.clear`, which have to be required.
-- only: luajit
print(table.new, table.clear)
local new, clear = require("table.new"), require("table.clear")
print(new == table.new, clear == table.clear, package.loaded["table.new"] == new)
local t = new(10, 10)
print(#t, next(t))
for i = 1, 20 do t[i] = i t["k" .. i] = i end
print(#t, t.k20)
print(clear(t), #t, next(t), t.k1, t[1])
t[1], t.k1, t[2.5] = "a", "b", "c"
print(#t, t[1], t.k1, t[2.5], t.k2)
-- A metatable stays, and inherited fields are seen.
local base = { x = 1, f = function() return "f" end }
local object = setmetatable({ x = 2 }, { __index = base })
local function x() return object.x, object.f and object.f() end
print(x())
print(x())
clear(object)
print(x())
clear(base)
print(x())
base.x = 3
print(x())
local weak = setmetatable({ {}, {} }, { __mode = "v" })
clear(weak)
print(#weak)
for k in pairs(clear({}) or {}) do print(k) end
print(pcall(new))
print(pcall(new, 1))
print(pcall(new, "x", 1))
print(pcall(clear))
print(pcall(clear, 1))
print(pcall(new, 1e9, 0))
print(#new(-1, 0), #new(0, 0), #new(3.7, "2"))
local big = new(100000, 0)
for i = 1, 100000 do big[i] = i end
clear(big)
print(#big, collectgarbage("count") > 0)

--> nil	nil
--> true	true	true
--> 0	nil
--> 20	20
--> nil	0	nil	nil	nil
--> 1	a	b	c	nil
--> 2	f
--> 2	f
--> 1	f
--> nil	nil
--> 3	nil
--> 0
--> false	bad argument #1 to '?' (number expected, got no value)
--> false	bad argument #2 to '?' (number expected, got no value)
--> false	bad argument #1 to '?' (number expected, got string)
--> false	bad argument #1 to '?' (table expected, got no value)
--> false	bad argument #1 to '?' (table expected, got number)
--> false	table overflow
--> 0	0	0
--> 0	true
