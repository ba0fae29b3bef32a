-- Identities of upvalues, and joining them.
-- only: luajit
local x, y = 1, 2
local function a() return x end
local function b() return x, y end
local function bump() x = x + 1 end
local id, join = debug.upvalueid, debug.upvaluejoin
print(id(a, 1) == id(b, 1), id(a, 1) == id(b, 2), id(a, 1) == id(a, 1), type(id(a, 1)))
local made = {}
for i = 1, 3 do made[i] = { function() i = i + 1 return i end, function() return i end } end
print(id(made[1][1], 1) == id(made[1][2], 1), id(made[1][1], 1) == id(made[2][1], 1))
print(pcall(id, a, 2))
print(pcall(id, a, 0))
print(pcall(id, 1, 1))
print(pcall(id, a))
print(join(a, 1, b, 2), a(), b())
bump()
print(a(), b())
print(id(a, 1) == id(b, 2), id(a, 1) == id(b, 1))
y = "shared"
print(a(), b())
join(made[1][1], 1, made[3][2], 1)
print(made[1][1](), made[1][2](), made[3][2](), made[3][1]())
print(pcall(join, a, 2, b, 1))
print(pcall(join, a, 1, b, 3))
print(pcall(join, a, 1, print, 1))
print(pcall(join, print, 1, a, 1))
print(pcall(join, a, 1))
-- Open and closed variables, and the collector.
local function counter()
  local n = 0
  return function() n = n + 1 return n end, function() return n end
end
local step, get = counter()
local other = counter()
do
  local open = 10
  local function reads() return open end
  join(get, 1, reads, 1)
  open = 11
end
collectgarbage()
for i = 1, 100 do local _ = { function() return i end } end
collectgarbage()
print(get(), step(), step(), get())
join(step, 1, other, 1)
print(step(), other(), step())

--> true	false	true	userdata
--> true	false
--> false	bad argument #2 to '?' (index out of range)
--> false	bad argument #2 to '?' (index out of range)
--> false	bad argument #1 to '?' (function expected, got number)
--> false	bad argument #2 to '?' (number expected, got no value)
--> nil	2	1	2
--> 2	2	2
--> true	false
--> shared	2	shared
--> 4	1	4	5
--> false	bad argument #2 to '?' (index out of range)
--> false	bad argument #4 to '?' (index out of range)
--> false	bad argument #3 to '?' (Lua function expected)
--> false	bad argument #1 to '?' (Lua function expected)
--> false	bad argument #3 to '?' (function expected, got no value)
--> 11	1	2	11
--> 1	2	3
