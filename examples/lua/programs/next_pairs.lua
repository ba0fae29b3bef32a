-- next, pairs and ipairs by hand.
print(next {}, next { 5 })
print(next({ 5 }, 1))
print(next({ x = 1 }))
print(pcall(next, {}, "nokey"))
print(pcall(next))
print(type(next), select("#", pairs {}))
local f, s, c = ipairs { "a" }
print(type(f), type(s), c, f(s, c))
print(f(s, 1))
local g, s2, c2 = pairs { 1 }
print(type(g), type(s2), c2)
local t = { 1, 2, 3, x = 1, y = 2 }
local n, k = 0, nil
repeat k = next(t, k); if k ~= nil then n = n + 1 end until k == nil
print(n)
local order = {}
for k, v in pairs { 10, 20, 30 } do order[#order + 1] = k .. "=" .. v end
print(table.concat(order, " "))
local function isempty(t) return next(t) == nil end
print(isempty {}, isempty { nil }, isempty { false })
local removed = { a = 1 }
removed.a = nil
print(next(removed))

--> nil	1	5
--> nil
--> x	1
--> false	invalid key to 'next'
--> false	bad argument #1 to '?' (table expected, got no value)
--> function	3
--> function	table	0	1	a
-->
--> function	table	nil
--> 5
--> 1=10 2=20 3=30
--> true	true	false
--> nil
