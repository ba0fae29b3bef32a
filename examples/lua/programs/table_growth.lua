-- Arrays that grow, shrink and are filled in unusual orders.
local t = {}
for i = 1, 10000 do t[i] = i * i end
print(#t, t[1], t[10000])
local u = {}
for i = 1000, 1, -1 do u[i] = i end
print(#u, u[1], u[1000])
local s = 0
for i, v in ipairs(u) do s = s + v end
print(s)
local v = {}
for i = 2, 100, 2 do v[i] = i end
for i = 1, 100, 2 do v[i] = i end
print(#v)
for i = 100, 1, -1 do assert(#v == i); v[i] = nil end
print(#v, next(v))
local stack, top = {}, 0
for round = 1, 5 do
  for i = 1, 500 do top = top + 1; stack[top] = i end
  for i = 1, 400 do stack[top] = nil; top = top - 1 end
end
print(top, #stack, stack[top])
local h = {}
for i = 1, 5000 do h["key" .. i] = i end
local n = 0
for k, x in pairs(h) do assert(k == "key" .. x); n = n + 1 end
print(n)
for i = 1, 5000, 2 do h["key" .. i] = nil end
n = 0
for _ in pairs(h) do n = n + 1 end
print(n)
local m = {}
for i = 1, 50 do m[i] = {}; for j = 1, 50 do m[i][j] = i * j end end
local tr = 0
for i = 1, 50 do tr = tr + m[i][i] end
print(tr)

--> 10000	1	100000000
--> 1000	1	1000
--> 500500
--> 100
--> 0	nil
--> 500	500	100
--> 5000
--> 2500
--> 42925
