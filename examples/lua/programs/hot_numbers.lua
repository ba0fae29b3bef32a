-- Counters that leave the range of small integers, or become fractions, during a loop.
local n = 2 ^ 31 - 50
for i = 1, 100 do n = n + 1 end
print(n)
local m = -2 ^ 31 + 50
for i = 1, 100 do m = m - 1 end
print(m)
local p = 1
for i = 1, 70 do p = p * 2 end
print(p)
local q = 1
for i = 1, 40 do q = q * -3 end
print(q)
local f = 10
for i = 1, 120 do if i == 60 then f = f / 4 end f = f + 1 end
print(f)
local z = 0
for i = 1, 100 do z = z * -1 end
print(1 / z == -1 / 0 or 1 / z == 1 / 0, z == 0)
local r = 0
for i = -100, 100 do r = r + i % 7 + i % -7 + (i / 3) % 1 end
print(("%.6f"):format(r))
local inf = 1
for i = 1, 1100 do inf = inf * 2 end
print(inf, inf - inf ~= inf - inf)
local s = 0
for i = 1, 100, 0.5 do s = s + i end
print(s)
for i = 2 ^ 53 - 4, 2 ^ 53 - 1 do s = i end
print(("%.0f"):format(s))
local down = 0
for i = 10, -10, -2.5 do down = down * 2 + i end
print(down)
local bits = 0
for i = 0, 200 do bits = (bits * 5 + i) % 65536 end
print(bits)

--> 2147483698
--> -2147483698
--> 1.1805916207174e+21
--> 1.2157665459057e+19
--> 78.25
--> true	true
--> 67.000000
--> inf	true
--> 10049.5
--> 9007199254740991
--> 3855
--> 1972
