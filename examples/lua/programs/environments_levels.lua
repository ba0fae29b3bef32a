-- setfenv and getfenv by level, and their errors.
-- only: luajit
local function try(f, ...) print(select(2, pcall(f, ...))) end
try(function() setfenv(100, {}) end)
try(function() getfenv(100) end)
try(function() setfenv(print, {}) end)
try(function() setfenv({}, {}) end)
try(function() setfenv(1) end)
try(function() getfenv(-1) end)
try(function() setfenv(-1, {}) end)
try(function() setfenv(nil, {}) end)
try(getfenv, "x")
print(getfenv(0) == _G, getfenv() == _G, getfenv(nil) == _G, getfenv("1") == _G)
local function inner() setfenv(2, { print = print, name = "inner's caller" }) end
local function outer() inner() print(name) end
outer()
print(name, getfenv(outer).name)
local own = setmetatable({ name = "own" }, { __index = _G })
local function level(n) return getfenv(n) end
setfenv(level, own)
print(level(1) == own, level(2) == _G, setfenv(level, own) == level)
local made = setfenv(loadstring("return function() return name end"), own)()
print(made(), getfenv(made) == own)
local globals = _G
print(select("#", setfenv(0, own)))
print(getfenv(0) == own, getfenv(1) == globals, loadstring("return name")())
print(coroutine.wrap(function() return getfenv(1) == globals end)())
setfenv(0, globals)
print(loadstring("return name")())

--> environments_levels.lua:4: bad argument #1 to 'setfenv' (invalid level)
--> environments_levels.lua:5: bad argument #1 to 'getfenv' (invalid level)
--> environments_levels.lua:6: 'setfenv' cannot change environment of given object
--> environments_levels.lua:7: bad argument #1 to 'setfenv' (number expected, got table)
--> environments_levels.lua:8: bad argument #2 to 'setfenv' (table expected, got no value)
--> environments_levels.lua:9: bad argument #1 to 'getfenv' (invalid level)
--> environments_levels.lua:10: bad argument #1 to 'setfenv' (invalid level)
--> environments_levels.lua:11: bad argument #1 to 'setfenv' (number expected, got nil)
--> bad argument #1 to '?' (number expected, got string)
--> true	true	true	true
--> inner's caller
--> nil	inner's caller
--> false	true	true
--> own	true
--> 0
--> true	true	own
--> true
--> nil
