-- Arithmetic on integers of any length: factorials, powers, fibonacci.
local Big = {}
Big.__index = Big
local BASE = 10000000
local function norm(t) while #t > 1 and t[#t] == 0 do t[#t] = nil end return setmetatable(t, Big) end
local function big(v)
  if getmetatable(v) == Big then return v end
  local s, t = tostring(v), {}
  for i = #s, 1, -7 do t[#t + 1] = tonumber(s:sub(math.max(1, i - 6), i)) end
  return norm(t)
end
function Big.__add(a, b)
  a, b = big(a), big(b)
  local r, carry = {}, 0
  for i = 1, math.max(#a, #b) do
    local s = (a[i] or 0) + (b[i] or 0) + carry
    r[i], carry = s % BASE, math.floor(s / BASE)
  end
  if carry > 0 then r[#r + 1] = carry end
  return norm(r)
end
function Big.__mul(a, b)
  a, b = big(a), big(b)
  local r = {}
  for i = 1, #a + #b do r[i] = 0 end
  for i = 1, #a do
    local carry = 0
    for j = 1, #b do
      local s = r[i + j - 1] + a[i] * b[j] + carry
      r[i + j - 1], carry = s % BASE, math.floor(s / BASE)
    end
    r[i + #b] = r[i + #b] + carry
  end
  return norm(r)
end
function Big.__eq(a, b) if #a ~= #b then return false end for i = 1, #a do if a[i] ~= b[i] then return false end end return true end
function Big.__lt(a, b)
  if #a ~= #b then return #a < #b end
  for i = #a, 1, -1 do if a[i] ~= b[i] then return a[i] < b[i] end end
  return false
end
function Big.__pow(a, n) local r = big(1); while n > 0 do if n % 2 == 1 then r = r * a end a = a * a; n = math.floor(n / 2) end return r end
function Big.__tostring(a) local t = { tostring(a[#a]) }; for i = #a - 1, 1, -1 do t[#t + 1] = ("%07d"):format(a[i]) end return table.concat(t) end
local f = big(1)
for i = 2, 50 do f = f * i end
print(tostring(f))
print(tostring(big(2) ^ 200))
local a, b = big(0), big(1)
for _ = 1, 300 do a, b = b, a + b end
print(tostring(a))
print(big("12345678901234567890") == big("12345678901234567890"), big(5) < big("100000000000"), big(2) ^ 64 < big(3) ^ 40, big(7) + 8 == big(15))
local digits, sum = tostring(big(2) ^ 1000), 0
for d in digits:gmatch("%d") do sum = sum + d end
print(#digits, sum)

--> 30414093201713378043612608166064768844377641568960512000000000000
--> 1606938044258990275541962092341162602522202993782792835301376
--> 222232244629420445529739893461909967206666939096499764990979600
--> true	true	false	true
--> 302	1366
