-- Globals and fields that are redefined while a loop runs.
counter = 0
function step() counter = counter + 1 end
for i = 1, 200 do
  step()
  if i == 100 then step = function() counter = counter + 10 end end
end
print(counter)
local real_floor = math.floor
local calls = 0
for i = 1, 200 do
  if i == 150 then math.floor = function(x) calls = calls + 1; return real_floor(x) end end
  math.floor(i / 2)
end
math.floor = real_floor
print(calls)
local object = { n = 0 }
local class = { inc = function(o) o.n = o.n + 1 end }
class.__index = class
setmetatable(object, class)
for i = 1, 300 do
  object:inc()
  if i == 100 then class.inc = function(o) o.n = o.n + 1000 end end
  if i == 200 then rawset(object, "inc", function(o) o.n = o.n - 1 end) end
end
print(object.n)
local shadow = 0
for i = 1, 100 do
  local env = i % 2 == 0 and { v = 1 } or { v = 100 }
  shadow = shadow + setfenv(function() return v end, env)()
end
print(shadow)
step = nil
print(pcall(function() step() end))
for i = 1, 100 do _G["dyn" .. i % 5] = i end
print(dyn0, dyn1, dyn2, dyn3, dyn4)

--> 1100
--> 51
--> 100000
--> 5050
--> false	hot_globals.lua:34: attempt to call global 'step' (a nil value)
--> 100	96	97	98	99
