-- setfenv, getfenv and module-like tables of globals.
print(getfenv() == _G, _G._G == _G, getfenv(1) == _G, getfenv(print) == _G)
local function f() return gx end
gx = "global"
print(f())
setfenv(f, { gx = "private" })
print(f(), gx, getfenv(f).gx)
local env = setmetatable({}, { __index = _G })
local chunk = loadstring("newglobal = 1; print(newglobal, gx); return function() return newglobal end")
setfenv(chunk, env)
local inner = chunk()
print(newglobal, env.newglobal, inner(), getfenv(inner) == env)
local function g() setfenv(1, { print = print }); print(gx) end
g()
print(pcall(setfenv, print, {}) or "refused")
print(pcall(setfenv, function() end, 5))
print(pcall(getfenv, -1), pcall(getfenv, {}))
local strict = setmetatable({}, { __index = function(_, k) error("undeclared " .. k, 2) end, __newindex = function(_, k) error("new global " .. k, 2) end })
print(pcall(setfenv(function() return missing end, strict)))
print(pcall(setfenv(function() missing = 1 end, strict)))
_G.viaG = 5
print(viaG, _G["viaG"], rawget(_G, "viaG"))
viaG = nil
print(rawget(_G, "viaG"))
setmetatable(_G, { __index = function(_, k) return "auto " .. k end })
print(anything)
setmetatable(_G, nil)
print(anything)

--> true	true	true	true
--> global
--> private	global	private
--> 1	global
--> nil	1	1	true
--> nil
--> refused
--> false	bad argument #2 to '?' (table expected, got number)
--> false	false	bad argument #1 to '?' (number expected, got table)
--> false	environments.lua:19: undeclared missing
--> false	environments.lua:20: new global missing
--> 5	5	5
--> nil
--> auto anything
--> nil
