-- __eq, __lt and __le: when they are called, and how their result is used.
local log = {}
local mt = {}
mt.__eq = function(a, b) log[#log + 1] = "eq"; return a.v == b.v end
mt.__lt = function(a, b) log[#log + 1] = "lt"; return a.v < b.v end
mt.__le = function(a, b) log[#log + 1] = "le"; return a.v <= b.v end
local function new(v) return setmetatable({ v = v }, mt) end
local a, b, c = new(1), new(2), new(1)
print(a == b, a == c, a ~= b, a ~= c, a == a)
print(a < b, a > b, a <= b, a >= b, a <= c)
print(a == 1, a == nil, a ~= "x")
print(table.concat(log, " "))
local other = setmetatable({ v = 1 }, { __eq = function() return true end })
print(a == other)
local same = setmetatable({}, mt)
print(rawequal(a, c), a == c)
local mt2 = { __lt = function() return 0 end, __le = function() return nil end, __eq = function() return "truthy" end }
local p, q = setmetatable({}, mt2), setmetatable({}, mt2)
print(p < q, p <= q, p == q, p ~= q, not (p == q))
local onlylt = { __lt = function(x, y) return x.v < y.v end }
local x, y = setmetatable({ v = 1 }, onlylt), setmetatable({ v = 2 }, onlylt)
print(x < y, x > y, x <= y, x >= y)
print(pcall(function() return {} < setmetatable({}, {}) end))
if a < b then print("in a condition") end
if not (a == b) then print("not equal") end
while a > b do break end
print((a < b) == true, a < b and "yes" or "no")

--> false	true	true	false	true
--> true	false	true	false	true
--> false	false	true
--> eq eq eq eq lt lt le le le
--> false
--> false	true
--> true	false	true	false	false
--> true	false	true	false
--> false	meta_compare.lua:23: attempt to compare two table values
--> in a condition
--> not equal
--> true	yes
