-- Which values can be keys, and which keys are the same.
local t = {}
t[1] = "int"
t[1.0] = "same"
t["1"] = "string"
t[2 ^ 53] = "big"
t[-0] = "zero"
t[0.1 + 0.2] = "frac"
t[true] = "true"
t[false] = "false"
print(t[1], t["1"], t[2 ^ 53], t[0], t[0.1 + 0.2], t[0.3], t[true], t[false])
local k1, k2 = {}, {}
t[k1] = "k1"
t[k2] = "k2"
print(t[k1], t[k2], t[{}])
t[print] = "fn"
print(t[print])
local co = coroutine.create(function() end)
t[co] = "thread"
print(t[co])
t.x = 1
t["x"] = t["x"] + 1
print(t.x, t["" .. "x"])
t.x = nil
print(t.x, rawget(t, "x"))
local zero = #{}
t[1 / zero] = "inf"
t[-1 / zero] = "-inf"
print(t[1 / zero], t[-1 / zero], t[math.huge], t[-math.huge])
for _, k in ipairs { 1, 100, 1000000, -5, 0.5, 1e300 } do t[k] = k; assert(t[k] == k) end
t.n = {}
t.n.n = t.n
print(t.n.n.n.n == t.n)

--> same	string	big	zero	frac	nil	true	false
--> k1	k2	nil
--> fn
--> thread
--> 2	2
--> nil	nil
--> inf	-inf	inf	-inf
--> true
