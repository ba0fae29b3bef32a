-- unpack with bounds.
print(unpack { 1, 2, 3 })
print(unpack({ 1, 2, 3 }, 2))
print(unpack({ 1, 2, 3 }, 2, 3))
print(unpack({ 1, 2, 3 }, 0, 4))
print(unpack({}, 1, 3))
print(select("#", unpack {}), select("#", unpack({}, 1, 3)), select("#", unpack({ 1 }, 2)))
print(unpack({ [-1] = "m", [0] = "z", "p" }, -1, 1))
local function pack(...) return { n = select("#", ...), ... } end
local p = pack(1, nil, 3, nil)
print(p.n, unpack(p, 1, p.n))
print(math.max(unpack { 3, 9, 2 }), ("%d-%d"):format(unpack { 4, 5 }))
local big = {}
for i = 1, 250 do big[i] = i end
print(select("#", unpack(big)), (select(250, unpack(big))))
print((pcall(unpack)), (pcall(unpack, 5)))
print(pcall(unpack, {}, 1, 1e8))

--> 1	2	3
--> 2	3
--> 2	3
--> nil	1	2	3	nil
--> nil	nil	nil
--> 0	3	0
--> m	z	p
--> 4	1	nil	3	nil
--> 9	4-5
--> 250	250
--> false	false
--> false	too many results to unpack
