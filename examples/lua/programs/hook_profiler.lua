-- Profilers: a hook with a count looks at the running function, and hooks for calls and returns count calls.
-- only: lua5.1
local function fast(n) local s = 0 for i = 1, n do s = s + i end return s end
local function slow(n) local s = 0 for i = 1, n * 50 do s = s + i % 7 end return s end
local function main()
  for i = 1, 40 do fast(100) slow(100) end
end
local samples, lines = {}, 0
debug.sethook(function(event, line)
  assert(event == "count" and line == nil)
  local info = debug.getinfo(2, "Sl")
  samples[info.linedefined] = (samples[info.linedefined] or 0) + 1
  if info.currentline > 0 then lines = lines + 1 end
end, "", 1000)
main()
debug.sethook()
local best, most = nil, 0
for line, count in pairs(samples) do
  if count > most then best, most = line, count end
end
print(best, most > 50, lines >= most)

-- Calls and returns, in balance.
local depth, calls, returns, deepest = 0, {}, {}, 0
local names = {}
local function profile(event)
  local info = debug.getinfo(2, "nS")
  local name = info.what == "C" and info.name or info.linedefined
  if event == "call" then
    depth = depth + 1
    deepest = math.max(deepest, depth)
    calls[name] = (calls[name] or 0) + 1
    names[#names + 1] = name
  elseif event == "return" then
    depth = depth - 1
    returns[name] = (returns[name] or 0) + 1
  end
end
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
local function work(...)
  local n = select("#", ...)
  fib(n)
  local list = { 3, 1, 2 }
  table.sort(list, function(a, b) return a > b end)
  string.gsub("abc", "b", function(c) local upper = c:upper() return upper end)
  return n
end
local function start()
  debug.sethook(profile, "cr")
  work(1, 2, 3, 4, 5, unpack({ 6, 7, 8 }))
  pcall(work, 1, 2)
  debug.sethook()
end
start()
local fib_line = debug.getinfo(fib, "S").linedefined
print(calls[fib_line], returns[fib_line], calls.select, returns.select, calls.unpack, returns.unpack)
print(calls.sort, returns.sort, calls.gsub, returns.gsub, calls.upper, returns.upper)

-- The events of a tail call.
local events = {}
local function last() return 1 end
local function middle() return last() end
local function first() return (middle()) end
debug.sethook(function(event) events[#events + 1] = event end, "cr")
first()
debug.sethook()
-- The return from the function that sets the hook can be an event, too.
if events[1] == "return" then table.remove(events, 1) end
print(table.concat(events, ", "))
print(debug.gethook())
--> 4	true	true
--> 70	70	2	2	1	1
--> 2	2	2	2	2	2
--> call, call, call, return, tail return, return, call
--> nil		0
