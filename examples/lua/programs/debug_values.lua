-- debug on upvalues, environments, hooks and the metatables of all types.
-- only: luajit
local function try(f, ...) print(select(2, pcall(f, ...))) end
local a, b = 1, "two"
local function f() a = a + 1; return b end
print(debug.getupvalue(f, 1))
print(debug.getupvalue(f, 2))
print(debug.getupvalue(f, 0), debug.getupvalue(f, 3))
print(debug.setupvalue(f, 2, 5), b, debug.setupvalue(f, 20, 5))
print(f(), a)
try(function() debug.getupvalue(1, 1) end)
try(function() debug.getupvalue(f) end)
try(function() debug.setupvalue(f, 1) end)
print(debug.sethook())
print(debug.gethook())
print(type(debug.getregistry()), debug.getmetatable(1))
try(function() debug.getlocal(1000, 1) end)
try(function() debug.setlocal(1000, 1, 1) end)
try(function() debug.getlocal() end)
print(debug.getlocal(1, 1000))
try(function() debug.setmetatable(1) end)
try(function() debug.setmetatable(1, 1) end)
print(debug.setmetatable(10, { __index = function(n, key) return key .. n end, __call = function(n, x) return n + x end }))
print((5).foo, (7)(3))
debug.setmetatable(10, nil)
print(pcall(function() return (5).foo end))
debug.setmetatable(nil, { __index = function() return "of nil" end, __add = function() return "sum" end })
print((nil).x, nil + 1, undefined.field)
debug.setmetatable(nil, nil)
try(function() return undefined.field end)
debug.setmetatable(print, { __index = { name = "function" }, __concat = function() return "joined" end })
print(print.name, f.name, f .. "x")
debug.setmetatable(print, nil)
debug.setmetatable(true, { __add = function() return "boolean" end, __len = function() return 1 end })
print(true + 1, 1 + false)
debug.setmetatable(true, nil)
debug.setmetatable(coroutine.create(f), { __index = coroutine })
print(coroutine.create(f):status())
debug.setmetatable(coroutine.create(f), nil)
local t = setmetatable({}, { __metatable = "hidden" })
print(getmetatable(t), debug.getmetatable(t).__metatable, debug.setmetatable(t, nil), getmetatable(t))
try(function() debug.getfenv() end)
print(debug.getfenv(print) == _G, debug.getfenv(1), debug.getfenv({}), debug.getfenv(coroutine.create(f)) == _G)
local own = { print = print }
local function g() x = "own" end
print(debug.setfenv(g, own) == g, g(), own.x, x)
try(function() debug.setfenv(1, {}) end)
try(function() debug.setfenv(g) end)

--> a	1
--> b	two
--> nil
--> b	5
--> 5	2
--> debug_values.lua:11: bad argument #1 to 'getupvalue' (function expected, got number)
--> debug_values.lua:12: bad argument #2 to 'getupvalue' (number expected, got no value)
--> debug_values.lua:13: bad argument #3 to 'setupvalue' (value expected)
-->
--> nil		0
--> table	nil
--> debug_values.lua:17: bad argument #1 to 'getlocal' (level out of range)
--> debug_values.lua:18: bad argument #1 to 'setlocal' (level out of range)
--> debug_values.lua:19: bad argument #2 to 'getlocal' (number expected, got no value)
--> nil
--> debug_values.lua:21: bad argument #2 to 'setmetatable' (nil or table expected)
--> debug_values.lua:22: bad argument #2 to 'setmetatable' (nil or table expected)
--> true
--> foo5	10
--> false	debug_values.lua:26: attempt to index a number value
--> of nil	sum	of nil
--> debug_values.lua:30: attempt to index global 'undefined' (a nil value)
--> function	function	joined
--> boolean	boolean
--> suspended
--> hidden	hidden	true	nil
--> debug_values.lua:42: bad argument #1 to 'getfenv' (value expected)
--> true	nil	nil	true
--> true	nil	own	nil
--> debug_values.lua:47: 'setfenv' cannot change environment of given object
--> debug_values.lua:48: bad argument #2 to 'setfenv' (table expected, got no value)
