-- The remainder has the sign of the divisor, whatever the operands' signs.
for _, a in ipairs { 7, -7, 7.5, -7.5, 0 } do
  for _, b in ipairs { 3, -3, 2.5, -2.5 } do
    print(a, b, a % b, a - math.floor(a / b) * b == a % b)
  end
end
print(5 % 1, -5 % 1, 5.25 % 1, -5.25 % 1)
print(2 ^ 53 % 3, 2 ^ 53 % 10, -2 ^ 53 % 10)
print(1 % 0 ~= 1 % 0, 0 % 5, 6 % -3 == 0)
print(math.fmod(7, 3), math.fmod(-7, 3), math.fmod(7, -3), math.fmod(-7, -3))
print(math.fmod(5.5, 2), math.fmod(-5.5, 2))

--> 7	3	1	true
--> 7	-3	-2	true
--> 7	2.5	2	true
--> 7	-2.5	-0.5	true
--> -7	3	2	true
--> -7	-3	-1	true
--> -7	2.5	0.5	true
--> -7	-2.5	-2	true
--> 7.5	3	1.5	true
--> 7.5	-3	-1.5	true
--> 7.5	2.5	0	true
--> 7.5	-2.5	0	true
--> -7.5	3	1.5	true
--> -7.5	-3	-1.5	true
--> -7.5	2.5	0	true
--> -7.5	-2.5	0	true
--> 0	3	0	true
--> 0	-3	0	true
--> 0	2.5	0	true
--> 0	-2.5	0	true
--> 0	0	0.25	0.75
--> 2	2	8
--> true	0	true
--> 1	-1	1	-1
--> 1.5	-1.5
