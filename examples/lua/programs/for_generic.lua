-- The generic `for`: iterator functions, states, control variables.
for i, v in ipairs { "a", "b", "c" } do io.write(i, "=", v, " ") end print()
local function range(limit, i) i = i + 1; if i <= limit then return i, i * i end end
for i, square in range, 4, 0 do io.write(i, ":", square, " ") end print()
local function counter(n)
  local i = 0
  return function() i = i + 1; if i <= n then return i end end
end
for i in counter(3) do io.write(i, " ") end print()
for a, b, c, d in (function() local done; return function() if not done then done = true; return 1, 2 end end end)() do
  print(a, b, c, d)
end
for w in string.gmatch("one two three", "%a+") do io.write(w, ".") end print()
local sum = 0
for k, v in pairs { 1, 2, 3 } do sum = sum + k * v end
print(sum)
local t = { x = 1, y = 2, z = 3 }
local keys = {}
for k in pairs(t) do keys[#keys + 1] = k end
table.sort(keys)
print(table.concat(keys, " "))
for k, v in next, { "only" } do print(k, v) end
for i, v in ipairs { 1, 2, nil, 4 } do io.write(i, " ") end print()
for _ in pairs {} do print("never") end
local callable = setmetatable({}, { __call = function(self, state, i) if i < 3 then return i + 1 end end })
for i in callable, nil, 0 do io.write(i, " ") end print()
for i, v in ipairs { 1, 2, 3, 4, 5 } do
  if i == 2 then i = 100; v = "changed"; io.write(v, " ") else io.write(v, " ") end
end
print()

--> 1=a 2=b 3=c 
--> 1:1 2:4 3:9 4:16 
--> 1 2 3 
--> 1	2	nil	nil
--> one.two.three.
--> 14
--> x y z
--> 1	only
--> 1 2 
--> 1 2 3 
--> 1 changed 3 4 5 
