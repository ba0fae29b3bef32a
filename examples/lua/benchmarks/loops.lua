-- Loops: sums of integers and of fractions, in nested counting loops and in one that tests by hand.
-- check: 10
local n = tonumber((...)) or 4000
local sum, odd = 0, 0
for i = 1, n do
  for j = 1, n do
    sum = (sum + i * j) % 1000003
    if j % 2 == 1 then odd = odd + 1 end
  end
end
local x, steps = 0.5, 0
while steps < n * n do
  x = 3.75 * x * (1 - x)
  steps = steps + 1
end
local down = 0
for i = n, 1, -3 do down = down + i / 4 end
print(sum, odd, ("%.6f"):format(down), x > 0 and x < 1)

--> 3025	50	5.500000	true
