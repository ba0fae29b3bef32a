-- `setfenv(0, …)` in a coroutine.
local co = coroutine.wrap(function() setfenv(0, {mine = true}) coroutine.yield() end)
local print, getfenv, G = print, getfenv, _G
co()
print(getfenv(0) == G)
local c2 = coroutine.create(function() end)
print((pcall(debug.setfenv, c2, {})))

--> true
--> true
