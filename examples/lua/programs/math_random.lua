-- math.random: ranges, seeds, errors.
math.randomseed(42)
local a = { math.random(), math.random(10), math.random(5, 7) }
math.randomseed(42)
local b = { math.random(), math.random(10), math.random(5, 7) }
print(a[1] == b[1], a[2] == b[2], a[3] == b[3])
local ok = true
for i = 1, 1000 do
  local x, y, z = math.random(), math.random(6), math.random(-3, 3)
  ok = ok and x >= 0 and x < 1 and y >= 1 and y <= 6 and y % 1 == 0 and z >= -3 and z <= 3 and z % 1 == 0
end
print(ok)
local seen, n = {}, 0
for i = 1, 1000 do local d = math.random(6); if not seen[d] then seen[d] = true; n = n + 1 end end
print(n, math.random(1), math.random(5, 5), math.random(-2, -2))
print((pcall(math.random, "x")))
local sum = 0
for i = 1, 10000 do sum = sum + math.random() end
print(sum > 4500 and sum < 5500)

--> true	true	true
--> true
--> 6	1	5	-2
--> false
--> true
