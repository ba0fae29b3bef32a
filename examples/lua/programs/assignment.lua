-- Multiple assignment: all right sides are evaluated before any is stored.
local a, b = 1, 2
a, b = b, a
print(a, b)
local t = { 1, 2, 3 }
local i = 1
i, t[i] = i + 1, 99
print(i, t[1], t[2])
t[1], t[2], t[3] = t[3], t[1], t[2]
print(t[1], t[2], t[3])
local x, y, z = 0, 0, 0
x, y, z = 1
print(x, y, z)
x, y = 1, 2, 3
print(x, y)
local function two() return "p", "q" end
x, y, z = two()
print(x, y, z)
x, y, z = 0, two()
print(x, y, z)
x, y, z = two(), 0
print(x, y, z)
x, y = (two())
print(x, y)
g1, g2 = "G1", "G2"
g1, g2 = g2, g1
print(g1, g2)
local o = { n = { m = {} } }
o.n.m.k, o.n = "deep", nil
print(o.n)
local a1 = { 1 }
local a2 = a1
a1[1], a1 = 5, { 7 }
print(a1[1], a2[1])
a, b, a = 1, 2, 3
print(b)

--> 2	1
--> 2	99	2
--> 3	99	2
--> 1	nil	nil
--> 1	2
--> p	q	nil
--> 0	p	q
--> p	0	nil
--> p	nil
--> G2	G1
--> nil
--> 7	5
--> 2
