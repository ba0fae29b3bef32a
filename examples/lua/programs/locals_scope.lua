-- Scopes of local variables, shadowing and initialisation.
local x = 1
do local x = 2; print(x) end
print(x)
local x = x + 10
print(x)
local a, b, c = 1, 2
print(a, b, c)
local d, e = 1, 2, 3
print(d, e)
local f = function() return f end
print(f())
local function g() return g end
print(g() == g)
if true then local y = 5; x = y end
print(x, y)
for x = 1, 1 do local x = x + 1; print(x) end
while true do local x = "in loop"; print(x); break end
print(x)
local p, q = (function() return 1, 2, 3 end)()
print(p, q)
local r, s = ((function() return 1, 2, 3 end)())
print(r, s)
do
  local _ENV = 5
  print(_ENV)
end
local t = { x = x, x }
print(t.x, t[1])
local u
local u = u or "default"
print(u)

--> 2
--> 1
--> 11
--> 1	2	nil
--> 1	2
--> nil
--> true
--> 5	nil
--> 2
--> in loop
--> 5
--> 1	2
--> 1	nil
--> 5
--> 5	5
--> default
