-- `...` in calls, tables, assignments and results.
local function count(...) return select("#", ...) end
print(count(), count(nil), count(nil, nil), count(1, nil, 3))
local function pass(...) return ... end
print(pass(1, nil, 3))
print((pass(1, 2)))
print(pass(1, 2), pass(3, 4))
local function first(a, ...) return a, count(...), ... end
print(first())
print(first(1))
print(first(1, 2, 3))
local function collect(...) local t = { ... }; return #t, t[1], t[#t] end
print(collect("a", "b", "c"))
local function mid(...) local t = { 0, ..., 9 }; return #t, t[1], t[2], t[3] end
print(mid("x", "y"))
local function ends(...) local t = { 0, ... }; return #t end
print(ends(1, 2, 3), ends())
local function assign(...) local a, b = ...; return b, a end
print(assign(1, 2, 3), assign(1))
local function arith(...) return ... + 1, (...) .. "!" end
print(arith(5, 6))
local function nested(...)
  local function inner(...) return count(...), ... end
  return inner(select(2, ...))
end
print(nested(1, 2, 3))
print(select(-1, 1, 2, 3), select(-2, 1, 2, 3))
print(select(2, "a", "b", "c"))
print(pcall(select, 0, 1))
print(pcall(select, -5, 1))
local big = {}
for i = 1, 200 do big[i] = i end
print(count(unpack(big)), (select(200, unpack(big))))
local function sum(...) local s = 0; for i = 1, select("#", ...) do s = s + (select(i, ...)) end; return s end
print(sum(1, 2, 3, 4, 5))
print(count(...), ...)

--> 0	1	2	3
--> 1	nil	3
--> 1
--> 1	3	4
--> nil	0
--> 1	0
--> 1	2	2	3
--> 3	a	c
--> 3	0	x	9
--> 4	1
--> 2	nil	1
--> 6	5!
--> 2	2	3
--> 3	2	3
--> b	c
--> false	bad argument #1 to '?' (index out of range)
--> false	bad argument #1 to '?' (index out of range)
--> 200	200
--> 15
--> 0
