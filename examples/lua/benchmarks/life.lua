-- Arrays of arrays of integers with a changing neighbourhood: the game of life.
-- check: 5
local n = tonumber((...)) or 800
local size = 64
local grid = {}
for y = 1, size do
  grid[y] = {}
  for x = 1, size do grid[y][x] = (x * x * 7 + y * 13 + x * y * y) % 5 < 2 and 1 or 0 end
end
for _ = 1, n do
  local new = {}
  for y = 1, size do
    local up, row, down = grid[(y - 2) % size + 1], grid[y], grid[y % size + 1]
    local line = {}
    for x = 1, size do
      local l, r = (x - 2) % size + 1, x % size + 1
      local count = up[l] + up[x] + up[r] + row[l] + row[r] + down[l] + down[x] + down[r]
      if count == 3 or count == 2 and row[x] == 1 then line[x] = 1 else line[x] = 0 end
    end
    new[y] = line
  end
  grid = new
end
local alive, weighted = 0, 0
for y = 1, size do
  for x = 1, size do
    alive = alive + grid[y][x]
    weighted = weighted + grid[y][x] * (x + y * size)
  end
end
print(alive, weighted)

--> 192	250670
