-- Recursion and arrays of booleans: all placements of queens.
-- check: 6
local n = tonumber((...)) or 12
local rows, up, down, solutions, tried = {}, {}, {}, 0, 0
local place = {}
local function try(column)
  if column > n then
    solutions = solutions + 1
    return
  end
  for row = 1, n do
    tried = tried + 1
    local u, d = row + column, row - column + n
    if not rows[row] and not up[u] and not down[d] then
      place[column] = row
      rows[row], up[u], down[d] = true, true, true
      try(column + 1)
      rows[row], up[u], down[d] = false, false, false
    end
  end
end
try(1)
print(("%d queens: %d solutions, %d tries"):format(n, solutions, tried))

--> 6 queens: 4 solutions, 894 tries
