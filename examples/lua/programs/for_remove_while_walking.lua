-- Fields can be changed and removed during an iteration with `pairs`.
local t = {}
for i = 1, 100 do t[i] = i; t["k" .. i] = i end
local n = 0
for k, v in pairs(t) do
  n = n + 1
  if type(k) == "number" then t[k] = nil else t[k] = v * 2 end
end
print(n, #t)
local sum = 0
for k, v in pairs(t) do sum = sum + v end
print(sum)
for k in pairs(t) do t[k] = nil end
print(next(t))

--> 200	0
--> 10100
--> nil
