-- Tables: insertion, removal, hashing of strings and numbers, sorting, walking.
-- check: 50
local n = tonumber((...)) or 150000
local seed = 42
local function random(limit)
  seed = (seed * 16807) % 2147483647
  return seed % limit + 1
end
local list = {}
for _ = 1, n do table.insert(list, random(n)) end
local small = {}
for i = 1, 300 do table.insert(small, random(#small + 1), i) end
for _ = 1, 200 do table.remove(small, random(#small)) end
local sum = 0
for i, v in ipairs(small) do sum = sum + i * v end
print(#small, sum)
table.sort(list)
local ordered = true
for i = 2, #list do ordered = ordered and list[i - 1] <= list[i] end
print(ordered, list[1] <= list[n])
table.sort(list, function(a, b) return a > b end)
print(list[1] >= list[n])
local seen, distinct = {}, 0
for _, v in ipairs(list) do
  if not seen[v] then
    seen[v] = true
    distinct = distinct + 1
  end
end
print(distinct)
local names = {}
for i = 1, n do names["key" .. i] = i end
local total = 0
for key, value in pairs(names) do total = total + value + #key end
print(("%.0f"):format(total))
for i = 1, n, 2 do names["key" .. i] = nil end
local left = 0
for _ in pairs(names) do left = left + 1 end
print(left)
while #list > 0 do table.remove(list) end
print(#list)

--> 100	784003
--> true	true
--> true
--> 31
--> 1516
--> 25
--> 0
