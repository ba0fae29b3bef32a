-- Numeric programs: gcd, primes, roots, pi, matrix, bisection.
local function gcd(a, b) while b ~= 0 do a, b = b, a % b end return a end
print(gcd(1071, 462), gcd(2 ^ 40, 2 ^ 20 * 3), gcd(17, 5))
local function sieve(n) local c, r = {}, {}; for i = 2, n do if not c[i] then r[#r + 1] = i; for j = i * i, n, i do c[j] = true end end end return r end
local p = sieve(1000)
print(#p, p[1], p[10], p[#p])
local function newton(x) local r = x; for _ = 1, 20 do r = (r + x / r) / 2 end return r end
print(newton(2), newton(144), math.abs(newton(2) - math.sqrt(2)) < 1e-12)
local pi, sign = 0, 1
for k = 0, 20000 do pi = pi + sign * 4 / (2 * k + 1); sign = -sign end
print(("%.4f"):format(pi))
local function matmul(a, b)
  local n, r = #a, {}
  for i = 1, n do r[i] = {}; for j = 1, n do local s = 0; for k = 1, n do s = s + a[i][k] * b[k][j] end r[i][j] = s end end
  return r
end
local m = { { 1, 1 }, { 1, 0 } }
local r = { { 1, 0 }, { 0, 1 } }
for _ = 1, 50 do r = matmul(r, m) end
print(r[1][2])
local function bisect(f, lo, hi) for _ = 1, 60 do local mid = (lo + hi) / 2; if f(mid) * f(lo) <= 0 then hi = mid else lo = mid end end return lo end
print(("%.9f"):format(bisect(function(x) return x ^ 3 - x - 2 end, 1, 2)))
local function powmod(b, e, m) local r = 1; b = b % m; while e > 0 do if e % 2 == 1 then r = r * b % m end b = b * b % m; e = math.floor(e / 2) end return r end
print(powmod(3, 200, 1000007), powmod(2, 1000, 65537))
local seed = 12345
for i = 1, 10000 do seed = (seed * 16807) % 2147483647 end
print(seed)
local digits = {}
local n = 2 ^ 52 + 12345
while n > 0 do digits[#digits + 1] = n % 7; n = math.floor(n / 7) end
print(table.concat(digits))

--> 21	1048576	1
--> 168	2	29	997
--> 1.4142135623731	12	true
--> 3.1416
--> 12586269025
--> 1.521379707
--> 959082	256
--> 710614072
--> 6530220603220243252
