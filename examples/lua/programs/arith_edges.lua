-- Doubles at their limits: 2^53, infinities, NaN, negative zero.
local big = 2 ^ 53
print(big, big + 1 == big, big + 2 == big, big - 1)
print(string.format("%.0f %.0f", big, big + 2))
local inf = 1 / 0
print(inf, -inf, inf == inf, inf > big, -inf < -big, inf - 1 == inf)
local nan = inf - inf
print(nan == nan, nan ~= nan, nan < nan, nan <= nan, nan > 1, nan < 1, not (nan < 1))
local zero, one = 0, 1
local minus = zero / -one
print(zero == minus, 1 / zero, 1 / minus, zero < minus)
print(one / (zero * -one), one / (-one * zero), one / (zero - zero), one / -zero)
print(1e308 * 10, -1e308 * 10, 5e-324, 5e-324 / 2)
print(2 ^ 1023, 2 ^ 1024, 2 ^ -1074, 2 ^ -1075)
print(2 ^ 31, 2 ^ 32, -2 ^ 31, 2 ^ 63, -2 ^ 63)
local i = 2147483647
print(i + 1, -i - 2, i * i, (i + 1) * 2)
print(0 ^ 0, 0 ^ -1, (-8) ^ 3, (-8) ^ (1 / 3) ~= (-8) ^ (1 / 3))

--> 9.007199254741e+15	true	false	9.007199254741e+15
--> 9007199254740992 9007199254740994
--> inf	-inf	true	true	true	true
--> false	true	false	false	false	false	true
--> true	inf	-inf	false
--> -inf	-inf	inf	-inf
--> inf	-inf	4.9406564584125e-324	0
--> 8.9884656743116e+307	inf	4.9406564584125e-324	0
--> 2147483648	4294967296	-2147483648	9.2233720368548e+18	-9.2233720368548e+18
--> 2147483648	-2147483649	4.6116860141324e+18	4294967296
--> 1	inf	-512	true
