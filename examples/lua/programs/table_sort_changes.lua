-- The comparisons of table.sort, and order functions that change the table, collect garbage or throw.
-- only: luajit
local function numbers(n, seed)
  local t = {}
  for i = 1, n do seed = (seed * 16807) % 2147483647; t[i] = seed % 100 end
  return t
end
local t, trace = numbers(9, 1), {}
table.sort(t, function(a, b) trace[#trace + 1] = a .. "<" .. b; return a < b end)
print(table.concat(trace, " "))
print(table.concat(t, " "))
t = numbers(12, 5)
local calls = 0
print(pcall(table.sort, t, function(a, b) calls = calls + 1; t[calls % 12 + 1] = calls; return a < b end))
print(calls, table.concat(t, " "))
t = numbers(12, 7)
print(pcall(table.sort, t, function(a, b) for i = 1, #t do t[i] = nil end return a < b end))
print(next(t) ~= nil)
t = {}
for i = 1, 40 do t[i] = { "value " .. (i * 17 % 40) } end
table.sort(t, function(a, b) collectgarbage(); return a[1] < b[1] end)
print(t[1][1], t[2][1], t[40][1])
t = {}
for i = 1, 30 do t[i] = { i } end
print(pcall(table.sort, t, function(a, b)
  for i = 1, #t do t[i] = { a[1] } end
  collectgarbage()
  return a[1] < b[1]
end))
for _, n in ipairs { 3, 4, 5, 10, 100 } do
  print(n, pcall(table.sort, numbers(n, 3), function() return true end))
  print(n, pcall(table.sort, numbers(n, 3), function() return false end))
end
t = { 0, -0, 0, 1, -1 }
table.sort(t)
for i = 1, #t do t[i] = 1 / t[i] end
print(table.concat(t, " "))
t = { 1, 0 / 0, 3, 2, 0 / 0, 0 }
print((pcall(table.sort, t)), #t)
print(pcall(table.sort, { 1, 2, "3" }))
print(pcall(table.sort, { true, false }))
print(coroutine.resume(coroutine.create(function() table.sort({ 3, 2, 1 }, coroutine.yield) end)))
local sorted = setmetatable({}, { __index = function() return 1 end, __newindex = error, __len = function() return 9 end })
table.sort(sorted)
print(next(sorted))

--> 23<7 30<7 23<30 49<23 23<44 23<72 23<78 23<58 23<73 23<49 23<7 30<73 72<30 73<72 58<72 78<72 72<44 49<72 78<72 72<49 73<78 49<30 58<30 49<58 44<49 49<49 49<44 44<30
--> 7 23 30 44 49 58 72 73 78
--> false	invalid order function for sorting
--> 13	12 13 2 3 4 5 6 7 8 9 10 11
--> false	table_sort_changes.lua:17: attempt to compare nil with number
--> true
--> value 0	value 1	value 9
--> true
--> 3	true
--> 3	true
--> 4	false	invalid order function for sorting
--> 4	true
--> 5	false	invalid order function for sorting
--> 5	true
--> 10	false	invalid order function for sorting
--> 10	true
--> 100	false	invalid order function for sorting
--> 100	true
--> -1 -inf inf inf 1
--> true	6
--> false	attempt to compare string with number
--> false	attempt to compare two boolean values
--> false	attempt to yield across C-call boundary
--> nil
