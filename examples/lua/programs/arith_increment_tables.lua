-- Arithmetic whose operands are fields, elements and results of calls.
local t = { n = 1, 10, 20, 30 }
local function two() return 2, 99 end
t.n = t.n + t[1] * two()
print(t.n)
t[2] = t[2] - two() - t.n
print(t[2])
t[t[1] / 10] = t[3] % 7
print(t[1])
t["x" .. 1] = two() ^ two()
print(t.x1)
print(two() + two(), -two(), two() .. two(), (two()))
local i = 1
i, t[i] = i + 1, 20
print(i, t[1], t[2])

--> 21
--> -3
--> 2
--> 4
--> 4	-2	22	2
--> 2	20	-3
