-- `__eq` is for two tables or two userdata only.
local f, g = function() end, function() end
debug.setmetatable(f, {__eq = function() return true end})
print(f == g)
local a, b = coroutine.create(f), coroutine.create(g)
debug.setmetatable(a, {__eq = function() return true end})
print(a == b)

--> false
--> false
