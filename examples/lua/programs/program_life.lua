-- Conway's game of life on a torus.
local function new(w, h, cells)
  local g = { w = w, h = h }
  for y = 1, h do g[y] = {} for x = 1, w do g[y][x] = 0 end end
  for _, c in ipairs(cells) do g[c[2]][c[1]] = 1 end
  return g
end
local function step(g)
  local n = new(g.w, g.h, {})
  for y = 1, g.h do
    local up, row, down = g[(y - 2) % g.h + 1], g[y], g[y % g.h + 1]
    for x = 1, g.w do
      local l, r = (x - 2) % g.w + 1, x % g.w + 1
      local count = up[l] + up[x] + up[r] + row[l] + row[r] + down[l] + down[x] + down[r]
      n[y][x] = (count == 3 or count == 2 and row[x] == 1) and 1 or 0
    end
  end
  return n
end
local function show(g)
  for y = 1, g.h do
    print((table.concat(g[y]):gsub(".", { ["0"] = ".", ["1"] = "#" })))
  end
end
local g = new(8, 8, { { 2, 1 }, { 3, 2 }, { 1, 3 }, { 2, 3 }, { 3, 3 } })
show(g)
for _ = 1, 12 do g = step(g) end
print("after 12")
show(g)
for _ = 1, 20 do g = step(g) end
local alive = 0
for y = 1, 8 do for x = 1, 8 do alive = alive + g[y][x] end end
print(alive)

--> .#......
--> ..#.....
--> ###.....
--> ........
--> ........
--> ........
--> ........
--> ........
--> after 12
--> ........
--> ........
--> ........
--> ....#...
--> .....#..
--> ...###..
--> ........
--> ........
--> 5
