-- Environments of coroutines, builtins, userdata and levels.
-- only: luajit
local G = _G
local co = coroutine.wrap(function()
  setfenv(0, { mine = true })
  coroutine.yield()
  return loadstring("return mine")()
end)
co()
print(getfenv(0) == G, co())
local other = coroutine.create(function() return getfenv(0).q, getfenv(1) == G end)
debug.setfenv(other, { q = 7 })
print(coroutine.resume(other))
print(getfenv(print) == G, debug.getfenv(print) == G)
local function f() return x end
setfenv(f, { x = 3 })
print(f(), debug.getfenv(f).x)
print(pcall(setfenv, print, {}))
print(pcall(setfenv, 50, {}))
print(pcall(getfenv, 50))
print(pcall(getfenv, -1))
print(pcall(setfenv, f))
local u = newproxy(true)
debug.setfenv(u, { z = 1 })
print(debug.getfenv(u).z)
print(pcall(debug.setfenv, {}, {}))
print(pcall(debug.setfenv, 1, {}))
print(debug.getfenv({}), debug.getfenv("x"))
local function change() setfenv(2, { print = print, v = "of the caller" }) end
local function caller() change() return v end
print(caller())
-- Coroutines inherit the environment of the one that creates them, at that time.
print(coroutine.wrap(function()
  local before = coroutine.create(function() return getfenv(0) == G end)
  local create, resume = coroutine.create, coroutine.resume
  setfenv(0, {})
  local after = create(function() return getfenv(0) == G end)
  return select(2, resume(before)), select(2, resume(after))
end)())
print(setfenv(1, { print = print, G = G }) ~= nil)
y = 5
print(G.y, y)

--> true	true
--> true	7	true
--> true	true
--> 3	3
--> false	'setfenv' cannot change environment of given object
--> false	bad argument #1 to '?' (invalid level)
--> false	bad argument #1 to '?' (invalid level)
--> false	bad argument #1 to '?' (invalid level)
--> false	bad argument #2 to '?' (table expected, got no value)
--> 1
--> false	'setfenv' cannot change environment of given object
--> false	'setfenv' cannot change environment of given object
--> nil	nil
--> of the caller
--> true	false
--> true
--> nil	5
