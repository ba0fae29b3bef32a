-- Tracebacks of coroutines that ended in an error or wait.
local function inner() error("oops") end
local co = coroutine.create(function() inner() end)
local ok, e = coroutine.resume(co)
print(debug.traceback(co, e))
local function sleeper() coroutine.yield() end
local co2 = coroutine.create(function() sleeper() end)
coroutine.resume(co2)
print(debug.traceback(co2))

--> co_traceback.lua:2: oops
--> stack traceback:
--> 	[C]: in function 'error'
--> 	co_traceback.lua:2: in function 'inner'
--> 	co_traceback.lua:3: in function <co_traceback.lua:3>
--> stack traceback:
--> 	[C]: in function 'yield'
--> 	co_traceback.lua:6: in function 'sleeper'
--> 	co_traceback.lua:7: in function <co_traceback.lua:7>
