-- A handler sees the frames of a stack overflow.
local function f(n) return 1 + f(n + 1) end
local _, m = xpcall(function() f(1) end, function(m) return debug.getinfo(3, "f") ~= nil and debug.getinfo(3, "f").func == f end)
print(m)

--> true
