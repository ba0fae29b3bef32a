-- Allocation: many trees that are made, walked and dropped.
-- check: 6
local n = tonumber((...)) or 14
local function bottom_up(depth)
  if depth == 0 then return {} end
  return { bottom_up(depth - 1), bottom_up(depth - 1) }
end
local function check(tree)
  if tree[1] then return 1 + check(tree[1]) + check(tree[2]) end
  return 1
end
local least = 4
local most = math.max(least + 2, n)
print(("stretch tree of depth %d\t check: %d"):format(most + 1, check(bottom_up(most + 1))))
local long_lived = bottom_up(most)
for depth = least, most, 2 do
  local count, sum = 2 ^ (most - depth + least), 0
  for _ = 1, count do sum = sum + check(bottom_up(depth)) end
  print(("%d\t trees of depth %d\t check: %d"):format(count, depth, sum))
end
print(("long lived tree of depth %d\t check: %d"):format(most, check(long_lived)))

--> stretch tree of depth 7	 check: 255
--> 64	 trees of depth 4	 check: 1984
--> 16	 trees of depth 6	 check: 2032
--> long lived tree of depth 6	 check: 127
