-- The globals of a coroutine, and environments of builtins and userdata.
local G, print, getfenv, setfenv = _G, print, getfenv, setfenv
local co = coroutine.wrap(function()
  setfenv(0, { mine = true, tostring = tostring })
  print(getfenv(0).mine, getfenv(0) == G, getfenv(1) == G)
  print(loadstring("return mine")())
  coroutine.yield()
  print(getfenv(0).mine)
  local inner = coroutine.wrap(function() return getfenv(0).mine end)
  print(inner())
end)
co()
print(getfenv(0) == G)
co()
print(getfenv(0) == G)
-- A coroutine keeps the globals with which it was created.
local later = coroutine.create(function() return getfenv(0) == G end)
setfenv(0, { other = 1, tostring = tostring })
print(getfenv(0).other, getfenv(1) == G)
print(coroutine.resume(later))
print(coroutine.resume(coroutine.create(function() return getfenv(0).other end)))
setfenv(0, G)
print(getfenv(0) == G)
-- After an error.
print(coroutine.resume(coroutine.create(function() setfenv(0, {}) error("failed", 0) end)))
print(getfenv(0) == G)
local failed = coroutine.create(function() end)
print(debug.getfenv(failed) == G, debug.setfenv(failed, { 5 }) == failed, debug.getfenv(failed)[1])
print(getfenv(0) == G)
print(debug.getfenv(print) == G, debug.setfenv(print, { 6 }) == print, debug.getfenv(print)[1], getfenv(print)[1])
debug.setfenv(print, G)
local proxy = newproxy()
print(debug.setfenv(proxy, { 7 }) == proxy, debug.getfenv(proxy)[1])
print(debug.getfenv(1), debug.getfenv("x"), debug.getfenv({}))
print(pcall(debug.setfenv, 1, {}))
print(pcall(debug.setfenv, {}, {}))
print(pcall(setfenv, print, {}))
print(pcall(debug.setfenv, print))
collectgarbage()
print(debug.getfenv(proxy)[1], debug.getfenv(failed)[1])

--> true	false	true
--> true
--> true
--> true
--> true
--> true
--> 1	true
--> true	true
--> true	1
--> true
--> false	failed
--> true
--> true	true	5
--> true
--> true	true	6	nil
--> true	7
--> nil	nil	nil
--> false	'setfenv' cannot change environment of given object
--> false	'setfenv' cannot change environment of given object
--> false	'setfenv' cannot change environment of given object
--> false	bad argument #2 to '?' (table expected, got no value)
--> 7	5
