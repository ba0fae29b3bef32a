-- Closures: made in loops, sharing and changing upvalues, passed and called.
-- check: 10
local n = tonumber((...)) or 2500000
local function counter()
  local count = 0
  return function(by) count = count + by; return count end, function() return count end
end
local total = 0
for i = 1, n do
  local add, get = counter()
  add(i); add(1)
  total = (total + get()) % 1000003
end
print(total)
local function compose(f, g) return function(x) return f(g(x)) end end
local function add(k) return function(x) return x + k end end
local f = add(0)
for i = 1, 20 do f = compose(f, add(i)) end
local sum = 0
for i = 1, n / 10 do sum = (sum + f(i)) % 1000003 end
print(("%d"):format(sum))
local function map(t, f) local r = {}; for i = 1, #t do r[i] = f(t[i]) end return r end
local function fold(t, f, v) for i = 1, #t do v = f(v, t[i]) end return v end
local t = {}
for i = 1, 100 do t[i] = i end
local result = 0
for k = 1, n / 1000 do
  result = result + fold(map(t, function(x) return x * k end), function(a, b) return (a + b) % 1009 end, 0)
end
print(("%d"):format(result))

--> 65
--> 211
--> 0
