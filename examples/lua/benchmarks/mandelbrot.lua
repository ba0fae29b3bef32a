-- Float arithmetic without calls: how many points of a grid stay bounded.
-- check: 20
local n = tonumber((...)) or 800
local inside, total = 0, 0
for y = 0, n - 1 do
  local ci = 2 * y / n - 1
  for x = 0, n - 1 do
    local cr = 2 * x / n - 1.5
    local zr, zi, zr2, zi2 = 0, 0, 0, 0
    local steps = 0
    while steps < 50 and zr2 + zi2 <= 4 do
      zi = 2 * zr * zi + ci
      zr = zr2 - zi2 + cr
      zr2, zi2 = zr * zr, zi * zi
      steps = steps + 1
    end
    total = total + steps
    if steps == 50 then inside = inside + 1 end
  end
end
print(("%d of %d, %d steps"):format(inside, n * n, total))

--> 157 of 400, 9568 steps
