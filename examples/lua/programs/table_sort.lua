-- table.sort with and without an order function.
local function show(t) print(table.concat(t, " ")) end
local t = { 5, 2, 8, 1, 9, 3 }
table.sort(t); show(t)
table.sort(t, function(a, b) return a > b end); show(t)
t = { "pear", "apple", "fig", "banana", "Apple" }
table.sort(t); show(t)
table.sort(t, function(a, b) return #a < #b or #a == #b and a < b end); show(t)
t = {}; table.sort(t); show(t)
t = { 1 }; table.sort(t); show(t)
t = { 2, 1 }; table.sort(t); show(t)
t = {}
local seed = 42
for i = 1, 500 do seed = (seed * 1103515245 + 12345) % 2147483648; t[i] = seed % 1000 end
table.sort(t)
local ok = true
for i = 2, #t do ok = ok and t[i - 1] <= t[i] end
print(ok, #t)
table.sort(t, function(a, b) return b < a end)
for i = 2, #t do ok = ok and t[i - 1] >= t[i] end
print(ok)
local records = {}
for i, name in ipairs { "dora", "anna", "carl", "bert" } do records[i] = { name = name, age = 50 - i * i } end
table.sort(records, function(a, b) return a.name < b.name end)
for _, r in ipairs(records) do io.write(r.name, ":", r.age, " ") end print()
table.sort(records, function(a, b) return a.age < b.age end)
for _, r in ipairs(records) do io.write(r.name, " ") end print()
t = {}; for i = 1, 100 do t[i] = i end; table.sort(t); print(t[1], t[50], t[100])
t = {}; for i = 1, 100 do t[i] = 101 - i end; table.sort(t); print(t[1], t[50], t[100])
t = {}; for i = 1, 100 do t[i] = i % 3 end; table.sort(t); print(t[1], t[33], t[34], t[100])
print(pcall(table.sort, { 1, "x", 2 }))
print(pcall(table.sort, { 3, 2, 1 }, function() error("stop", 0) end))
print(pcall(table.sort, { {}, {} }))
print((pcall(table.sort, { 1, 2, 3 }, 5)))
local mt = { __lt = function(a, b) return a.v < b.v end }
local objs = {}
for i, v in ipairs { 3, 1, 2 } do objs[i] = setmetatable({ v = v }, mt) end
table.sort(objs)
print(objs[1].v, objs[2].v, objs[3].v)

--> 1 2 3 5 8 9
--> 9 8 5 3 2 1
--> Apple apple banana fig pear
--> fig pear Apple apple banana
-->
--> 1
--> 1 2
--> true	500
--> true
--> anna:46 bert:34 carl:41 dora:49 
--> bert carl anna dora 
--> 1	50	100
--> 1	50	100
--> 0	0	1	2
--> false	attempt to compare string with number
--> false	stop
--> false	attempt to compare two table values
--> false
--> 1	2	3
