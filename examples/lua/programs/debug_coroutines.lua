-- What `debug` says about coroutines in every state.
-- only: luajit
local function show(co, ...) print(coroutine.status(co), (debug.traceback(co, ...):gsub("0x%x+", "ADDRESS"))) end
local function sleeper(n)
  local own = n
  if n > 0 then sleeper(n - 1) end
  coroutine.yield(own)
  return own
end
local fresh = coroutine.create(sleeper)
show(fresh)
print(debug.getinfo(fresh, 0), pcall(debug.getlocal, fresh, 0, 1))
local co = coroutine.create(function(n) sleeper(n) error("ended") end)
print(coroutine.resume(co, 2))
show(co)
show(co, "message")
show(co, "message", 1)
show(co, "message", 100)
for level = 0, 5 do
  local info = debug.getinfo(co, level, "nSl")
  if info then print(level, info.what, info.name, info.namewhat, info.currentline) end
end
print(debug.getinfo(co, 6), debug.getinfo(co, -1))
print(debug.getlocal(co, 1, 1))
print(debug.getlocal(co, 1, 2))
print(debug.getlocal(co, 1, 3))
print(debug.getlocal(co, 3, 2))
print(debug.setlocal(co, 3, 2, "changed"))
print(debug.getlocal(co, 3, 2))
print(pcall(debug.getlocal, co, 9, 1))
print(coroutine.resume(co))
print(coroutine.resume(co))
print(coroutine.resume(co))
show(co)
print(debug.getinfo(co, 0, "n").name, debug.getinfo(co, 1, "l").currentline, debug.getinfo(co, 2))
print(debug.getlocal(co, 1, 1))
print(debug.getlocal(co, 1, 2))
-- An error that was caught inside does not end it.
local caught = coroutine.create(function()
  print(pcall(error, "inner"))
  coroutine.yield()
end)
coroutine.resume(caught)
show(caught)
coroutine.resume(caught)
show(caught)
print(debug.getinfo(caught, 0))
-- In an error of a metamethod, one without a message, and one after many calls.
for _, fails in ipairs({
  function() return setmetatable({}, { __index = function(_, k) error(k) end }).field end,
  function() error({}) end,
  function() local function f(n) if n == 0 then error("deep") end f(n - 1) return n end f(40) end,
}) do
  local failed = coroutine.create(function() local result = fails() return result end)
  print((coroutine.resume(failed)))
  show(failed)
end
-- The running one, and one that has resumed it.
local outer
outer = coroutine.create(function()
  local inner = coroutine.create(function()
    show(outer)
    print((debug.getlocal(outer, 1, 1)))
    print((debug.traceback(coroutine.running(), "running")))
  end)
  coroutine.resume(inner)
end)
coroutine.resume(outer)
local wrapped = coroutine.wrap(function() coroutine.yield() end)
wrapped()
-- Many of them fail.
local count = 0
for i = 1, 500 do
  local one = coroutine.create(function(i) local t = { i } error(t) end)
  local ok, t = coroutine.resume(one, i)
  local name, value = debug.getlocal(one, 1, 2)
  if not ok and value == t and t[1] == i then count = count + 1 end
end
print(count)

--> suspended	stack traceback:
--> nil	false	bad argument #2 to '?' (level out of range)
--> true	0
--> suspended	stack traceback:
--> 	[C]: in function 'yield'
--> 	debug_coroutines.lua:7: in function 'sleeper'
--> 	debug_coroutines.lua:6: in function 'sleeper'
--> 	debug_coroutines.lua:6: in function 'sleeper'
--> 	debug_coroutines.lua:13: in function <debug_coroutines.lua:13>
--> suspended	message
--> stack traceback:
--> 	[C]: in function 'yield'
--> 	debug_coroutines.lua:7: in function 'sleeper'
--> 	debug_coroutines.lua:6: in function 'sleeper'
--> 	debug_coroutines.lua:6: in function 'sleeper'
--> 	debug_coroutines.lua:13: in function <debug_coroutines.lua:13>
--> suspended	message
--> stack traceback:
--> 	debug_coroutines.lua:7: in function 'sleeper'
--> 	debug_coroutines.lua:6: in function 'sleeper'
--> 	debug_coroutines.lua:6: in function 'sleeper'
--> 	debug_coroutines.lua:13: in function <debug_coroutines.lua:13>
--> suspended	message
--> stack traceback:
--> 0	C	yield	field	-1
--> 1	Lua	sleeper	upvalue	7
--> 2	Lua	sleeper	upvalue	6
--> 3	Lua	sleeper	upvalue	6
--> 4	Lua	nil		13
--> nil	nil
--> n	0
--> own	0
--> nil
--> own	2
--> own
--> own	changed
--> false	bad argument #2 to '?' (level out of range)
--> true	1
--> true	changed
--> false	debug_coroutines.lua:13: ended
--> dead	stack traceback:
--> 	[C]: in function 'error'
--> 	debug_coroutines.lua:13: in function <debug_coroutines.lua:13>
--> error	13	nil
--> n	2
--> nil
--> false	inner
--> suspended	stack traceback:
--> 	[C]: in function 'yield'
--> 	debug_coroutines.lua:41: in function <debug_coroutines.lua:39>
--> dead	stack traceback:
--> nil
--> false
--> dead	stack traceback:
--> 	[C]: in function 'error'
--> 	debug_coroutines.lua:50: in function '__index'
--> 	debug_coroutines.lua:50: in function 'fails'
--> 	debug_coroutines.lua:54: in function <debug_coroutines.lua:54>
--> false
--> dead	stack traceback:
--> 	[C]: in function 'error'
--> 	debug_coroutines.lua:51: in function 'fails'
--> 	debug_coroutines.lua:54: in function <debug_coroutines.lua:54>
--> false
--> dead	stack traceback:
--> 	[C]: in function 'error'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	...
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'f'
--> 	debug_coroutines.lua:52: in function 'fails'
--> 	debug_coroutines.lua:54: in function <debug_coroutines.lua:54>
--> normal	stack traceback:
--> 	[C]: in function 'resume'
--> 	debug_coroutines.lua:66: in function <debug_coroutines.lua:60>
--> inner
--> running
--> stack traceback:
--> 	debug_coroutines.lua:64: in function <debug_coroutines.lua:61>
--> 500
