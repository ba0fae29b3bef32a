-- Functions with many upvalues and many closures at once.
local v1, v2, v3, v4, v5, v6, v7, v8, v9, v10 = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
local function sum() return v1 + v2 + v3 + v4 + v5 + v6 + v7 + v8 + v9 + v10 end
print(sum())
v5 = 50
print(sum())
local function setall(n) v1, v2, v3, v4, v5 = n, n, n, n, n end
setall(0)
print(sum())
local list = {}
for i = 1, 1000 do
  local j = i * 2
  list[i] = { get = function() return i + j end, add = function(k) j = j + k end }
end
for i = 1, 1000, 3 do list[i].add(i) end
local total = 0
for i = 1, 1000 do total = total + list[i].get() end
print(total)
local function compose(...)
  local fs = { ... }
  return function(x) for i = #fs, 1, -1 do x = fs[i](x) end return x end
end
print(compose(function(x) return x + 1 end, function(x) return x * 2 end)(10))
local function memo(f) local cache = {}; return function(n) local r = cache[n]; if r == nil then r = f(n); cache[n] = r end return r end end
local fib; fib = memo(function(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end)
print(fib(80))

--> 55
--> 100
--> 40
--> 1668667
--> 21
--> 2.3416728348468e+16
