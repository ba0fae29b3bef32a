-- A yield in `__concat` of a chain of three operands.
-- only: luajit
local mt = setmetatable({}, {__concat = function(a, b) return coroutine.yield('cc') end})
local c = coroutine.create(function() return 'a' .. 'b' .. mt end)
print(coroutine.resume(c)) print(coroutine.resume(c, "R"))

--> true	cc
--> true	aR
