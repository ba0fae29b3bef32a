-- Errors in coroutines, and misuse of the library.
local co = coroutine.create(function() local x; return x.y end)
print(coroutine.resume(co))
print(coroutine.status(co), coroutine.resume(co))
co = coroutine.create(function() coroutine.yield(1); error("after yield") end)
print(coroutine.resume(co)); print(coroutine.resume(co)); print(coroutine.status(co))
co = coroutine.create(function() error() end)
print(coroutine.resume(co))
co = coroutine.create(function() error(setmetatable({}, { __tostring = function() return "object" end })) end)
print(coroutine.resume(co))
local self
self = coroutine.create(function() return coroutine.resume(self) end)
print(coroutine.resume(self))
print((pcall(coroutine.create)))
print((pcall(coroutine.create, 5)))
print((pcall(coroutine.resume, 5)))
print((pcall(coroutine.status, nil)))
print((pcall(coroutine.wrap, "x")))
local w
w = coroutine.wrap(function() return pcall(w) end)
print(w())
local log = {}
co = coroutine.create(function()
  local ok, e = pcall(function() log[#log + 1] = "in"; error("caught", 0) end)
  log[#log + 1] = e
  coroutine.yield()
  log[#log + 1] = "resumed"
end)
coroutine.resume(co); coroutine.resume(co)
print(table.concat(log, " "), coroutine.status(co))

--> false	co_errors.lua:2: attempt to index local 'x' (a nil value)
--> dead	false	cannot resume dead coroutine
--> true	1
--> false	co_errors.lua:5: after yield
--> dead
--> false	nil
--> false	object
--> true	false	cannot resume running coroutine
--> false
--> false
--> false
--> false
--> false
--> false	cannot resume running coroutine
--> in caught resumed	dead
