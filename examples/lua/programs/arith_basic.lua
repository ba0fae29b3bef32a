-- Every arithmetic operator on numbers, with literals and with variables.
print(2 + 3, 2 - 3, 2 * 3, 7 / 2, 7 % 2, 2 ^ 10, -7)
local a, b = 1000000007, -998244353
print(a + b, a - b, a * b, a / b)
print(a % b, b % a, -a, -b)
local x, y = 0.1, 0.2
print(x + y, x - y, x * y, x / y, x % y, x ^ y)
print(x + y == 0.3, x + y - 0.3 < 1e-15)
a = a + a
print(a, a - a, a / a, a % a, a ^ 0)
for i = 1, 5 do
  a = a / 3 + i
end
print(a)
print(1 + 2 * 3 - 4 / 2 ^ 2 % 3)
print(((1 + 2) * 3 - 4) / 2)

--> 5	-1	6	3.5	1	1024	-7
--> 1755654	1998244360	-9.9824435998771e+17	-1.0017587417296
--> -996488699	1755654	-1000000007	998244353
--> 0.3	-0.1	0.02	0.5	0.1	0.63095734448019
--> false	true
--> 2000000014	0	1	0	1
--> 8230459.4855967
--> 6
--> 2.5
