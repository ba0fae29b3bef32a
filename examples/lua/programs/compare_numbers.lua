-- Comparisons of numbers, in conditions and as values.
local function show(a, b)
  print(a, b, a == b, a ~= b, a < b, a <= b, a > b, a >= b)
end
show(1, 2)
show(2, 1)
show(1, 1)
show(-1, 1)
show(0.5, 0.25)
show(1 / 0, 1 / 0)
show(-1 / 0, 1 / 0)
show(2 ^ 53, 2 ^ 53 + 2)
local count = 0
for i = -3, 3 do
  if i < 0 then count = count + 1 end
  if i <= 0 then count = count + 10 end
  if i > 0 then count = count + 100 end
  if i >= 0 then count = count + 1000 end
  if i == 0 then count = count + 10000 end
  if i ~= 0 then count = count + 100000 end
end
print(count)
if not (1 < 2) then print("no") elseif 2 > 3 then print("no") else print("yes") end

--> 1	2	false	true	true	true	false	false
--> 2	1	false	true	false	false	true	true
--> 1	1	true	false	false	true	false	true
--> -1	1	false	true	true	true	false	false
--> 0.5	0.25	false	true	false	false	true	true
--> inf	inf	true	false	false	true	false	true
--> -inf	inf	false	true	true	true	false	false
--> 9.007199254741e+15	9.007199254741e+15	false	true	true	true	false	false
--> 614343
--> yes
