-- table.insert and table.remove at every position.
local t = {}
table.insert(t, "b")
table.insert(t, 1, "a")
table.insert(t, #t + 1, "d")
table.insert(t, 3, "c")
print(table.concat(t, " "), #t)
print(table.remove(t), table.remove(t, 1), table.concat(t, " "))
print(table.remove(t, 1), table.remove(t, 1), table.remove(t), #t)
print(table.remove {}, select("#", table.remove {}))
for i = 1, 10 do table.insert(t, 1, i) end
print(table.concat(t, ","))
for i = 1, 5 do table.remove(t, i) end
print(table.concat(t, ","))
local q = {}
for i = 1, 100 do q[#q + 1] = i end
local sum = 0
while #q > 0 do sum = sum + table.remove(q, 1) end
print(sum)
print(pcall(table.insert, {}))
print(pcall(table.insert, nil, 1))
print(pcall(table.insert, {}, 1, 2, 3))
print(pcall(table.remove, 5))
print(pcall(table.insert, {}, "x", 1))

--> a b c d	4
--> d	a	b c
--> b	c	nil	0
--> nil	0
--> 10,9,8,7,6,5,4,3,2,1
--> 9,7,5,3,1
--> 5050
--> false	wrong number of arguments to 'insert'
--> false	bad argument #1 to '?' (table expected, got nil)
--> false	wrong number of arguments to 'insert'
--> false	bad argument #1 to '?' (table expected, got number)
--> false	bad argument #2 to '?' (number expected, got string)
