-- Every coroutine has its own hook.
-- only: lua5.1
local function hook() end
local co = coroutine.create(function()
  print(debug.gethook() == nil)
  local lines = 0
  debug.sethook(function() lines = lines + 1 end, "l")
  local a = 1
  coroutine.yield(1)
  local b = 2
  coroutine.yield(2)
  debug.sethook()
  return lines
end)
local count = 0
debug.sethook(function() count = count + 1 end, "l")
print(coroutine.resume(co))
print(coroutine.resume(co))
print(coroutine.resume(co))
debug.sethook()
print(count)

-- A hook that is set from outside.
local co = coroutine.create(function()
  for i = 1, 3 do
    coroutine.yield(i)
  end
end)
local lines = {}
debug.sethook(co, function(event, line) lines[#lines + 1] = event end, "l")
print(select(2, debug.gethook(co)), debug.gethook())
coroutine.resume(co) coroutine.resume(co)
local before = #lines
debug.sethook(co)
coroutine.resume(co)
print(before, #lines, debug.gethook(co))

-- The count goes on when a coroutine is resumed, and the main program has its own.
local function spin() while true do for i = 1, 100 do end coroutine.yield() end end
local co = coroutine.create(spin)
debug.sethook(co, function() error("enough", 0) end, "", 5000)
local ok, message = true, nil
while ok do ok, message = coroutine.resume(co) end
print(ok, message, coroutine.status(co))
local co = coroutine.wrap(spin)
debug.sethook(function() error("timeout", 0) end, "", 5000)
print(pcall(function() while true do co() end end))
debug.sethook()
print(pcall(function() for i = 1, 100000 do end return "not ended" end))
--> true
--> true	1
--> true	2
--> true	5
--> 4
--> l	nil		0
--> 4	4	nil		0
--> false	enough	dead
--> false	timeout
--> true	not ended
