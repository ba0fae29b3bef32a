-- Upvalues: private, shared, in loops, over several levels.
local function counter() local n = 0; return function() n = n + 1; return n end end
local c1, c2 = counter(), counter()
print(c1(), c1(), c2(), c1(), c2())
local function pair()
  local n = 0
  return function() n = n + 1; return n end, function() return n end, function(v) n = v end
end
local inc, get, set = pair()
inc(); inc(); print(get()); set(10); print(inc(), get())
local fs = {}
for i = 1, 3 do fs[i] = function() i = i + 1; return i end end
print(fs[1](), fs[1](), fs[2](), fs[3]())
for i, v in ipairs { "a", "b" } do fs[i] = function() return i, v end end
print(fs[1](), fs[2]())
local w = 0
while w < 3 do w = w + 1; local x = w; fs[w] = function() x = x * 2; return x, w end end
print(fs[1](), fs[1](), fs[2](), fs[3]())
local function level1()
  local a = 1
  return function()
    local b = 10
    return function() a = a + 1; b = b + 1; return a + b, a, b end
  end
end
local l2 = level1()
local l3, l3b = l2(), l2()
print(l3()); print(l3()); print(l3b())
local x = 1
local function reader() return x end
x = 2
print(reader())
do local x = 3; print(reader(), x) end
local function adder(a) return function(b) return function(c) return a + b + c end end end
print(adder(1)(2)(3))
local function rec() local self; self = function(n) if n == 0 then return "bottom" end return self(n - 1) end; return self end
print(rec()(10))
local function params(a, b) local function f() a = a + b; return a end; return f, function() b = b + 1 end end
local f, bump = params(1, 1)
f(); bump(); print(f())

--> 1	2	1	3	2
--> 2
--> 11	11
--> 2	3	3	4
--> 1	2	b
--> 2	4	4	6	3
--> 13	2	11
--> 15	3	12
--> 15	4	11
--> 2
--> 2	3
--> 6
--> bottom
--> 4
