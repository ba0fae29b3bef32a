-- xpcall with handlers of all kinds.
print(xpcall(function() return 1, 2 end, function(e) return "never" end))
print(xpcall(function() error("e", 0) end, function(e) return "handled " .. e end))
print(xpcall(function() error({ v = 5 }) end, function(e) return e.v end))
print(xpcall(function() local x; x.y = 1 end, function(e) return (e:gsub("^.-:", "")) end))
print(select("#", xpcall(function() error("x") end, function() end)))
print(xpcall(function() error("x", 0) end, function(e) return e, "only one value" end))
print(xpcall(function() error() end, function(e) return type(e) end))
local depth
xpcall(function() local function f(n) if n == 0 then error("x") end f(n - 1) end f(10) end,
  function() local _, n = debug.traceback():gsub("\n", ""); depth = n end)
print(depth > 10)
local tb
xpcall(function() error("with trace", 0) end, function(e) tb = debug.traceback(e) end)
print(tb:match("^[^\n]+\n[^\n]+"))
print(xpcall(function() return xpcall(error, function(e) return "inner" end) end, function() return "outer" end))
print((xpcall(function() error("a") end, function(e) error("b") end)))
local state = "before"
xpcall(function() state = "in"; error("x") end, function() state = state .. " handler" end)
print(state)

--> true	1	2
--> false	handled e
--> false	5
--> false	5: attempt to index local 'x' (a nil value)
--> 2
--> false	x
--> false	nil
--> true
--> with trace
--> stack traceback:
--> true	false	inner
--> false
--> in handler
