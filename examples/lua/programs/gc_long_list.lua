-- A list and a tree that are deeper than any stack, with garbage between them.
local list
for i = 1, 300000 do list = { next = list, value = i } end
collectgarbage()
local n, sum = 0, 0
local node = list
while node do
  n, sum = n + 1, sum + node.value
  node = node.next
end
print(n, sum)
list, node = nil, nil
collectgarbage()
local nested = {}
for i = 1, 100000 do nested = { nested } end
collectgarbage()
local depth = 0
while nested[1] do nested, depth = nested[1], depth + 1 end
print(depth)
local closures = function() return 0 end
for i = 1, 50000 do
  local inner = closures
  closures = function() return i, inner end
end
collectgarbage()
local count = 0
while true do
  local i, inner = closures()
  if not inner then break end
  count, closures = count + i, inner
end
print(count)

--> 300000	45000150000
--> 100000
--> 1250025000
