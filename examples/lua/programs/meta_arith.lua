-- The arithmetic metamethods, with the operands in both orders.
local V = {}
V.__index = V
local function show(x) return type(x) == "table" and "V(" .. x.n .. ")" or tostring(x) end
local function op(name) return function(a, b) return name .. "[" .. show(a) .. "," .. show(b) .. "]" end end
for _, name in ipairs { "add", "sub", "mul", "div", "mod", "pow", "unm", "concat" } do V["__" .. name] = op(name) end
local v, w = setmetatable({ n = 1 }, V), setmetatable({ n = 2 }, V)
print(v + w, v - w, v * w)
print(v / w, v % w, v ^ w)
print(v + 1, 1 + v, v - 1, 1 - v)
print(v * 2, 2 * v, v / 2, 2 / v)
print(v % 2, 2 % v, v ^ 2, 2 ^ v)
print("s" + v, v + "s", v + nil, nil + v, v + true)
print((-v):sub(1, 9))
print(v .. w, v .. "s", "s" .. v, v .. 1, 1 .. v)
print("a" .. "b" .. v, v .. "a" .. "b")
local N = setmetatable({}, { __add = function(a, b) return 1, 2, 3 end, __unm = function() end })
print(N + 1, -N)
local left = setmetatable({}, { __add = function() return "left" end })
local right = setmetatable({}, { __add = function() return "right" end })
print(left + right, right + left, left + 1, 1 + right)
print(pcall(function() return setmetatable({}, {}) + 1 end))
local C = setmetatable({}, { __add = setmetatable({}, { __call = function(self, a, b) return "called " .. tostring(b) end }) })
print(C + 5)

--> add[V(1),V(2)]	sub[V(1),V(2)]	mul[V(1),V(2)]
--> div[V(1),V(2)]	mod[V(1),V(2)]	pow[V(1),V(2)]
--> add[V(1),1]	add[1,V(1)]	sub[V(1),1]	sub[1,V(1)]
--> mul[V(1),2]	mul[2,V(1)]	div[V(1),2]	div[2,V(1)]
--> mod[V(1),2]	mod[2,V(1)]	pow[V(1),2]	pow[2,V(1)]
--> add[s,V(1)]	add[V(1),s]	add[V(1),nil]	add[nil,V(1)]	add[V(1),true]
--> unm[V(1),
--> concat[V(1),V(2)]	concat[V(1),s]	concat[s,V(1)]	concat[V(1),1]	concat[1,V(1)]
--> aconcat[b,V(1)]	concat[V(1),ab]
--> 1	nil
--> left	right	left	right
--> false	meta_arith.lua:22: attempt to perform arithmetic on a table value
--> called 5
