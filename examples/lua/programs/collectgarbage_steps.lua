-- Steps of the collector end a cycle after a finite number of calls, which falls with their size; finalisers run a few at
-- a time.
local kept = {}
for i = 1, 2000 do kept[i] = { {} } end
local function rounds(size)
  collectgarbage()
  local n = 0
  repeat n = n + 1 until collectgarbage("step", size) or n == 100000
  return n
end
local before = 100000
for _, size in ipairs({ 0, 4, 64, 1024, 65536 }) do
  local n = rounds(size)
  print(size, n < 100000, n <= before)
  before = n
end
print(rounds(1e6))
-- A step ends what "stop" has begun.
collectgarbage("stop")
collectgarbage("step")
local count = collectgarbage("count")
for i = 1, 1e5 do local _ = { i } end
print(collectgarbage("count") < count + 4096)
-- Garbage whose finalisers run does not pile up.
local made, gone = 0, 0
local function finalise() gone = gone + 1 end
local most = 0
for i = 1, 30000 do
  made = made + 1
  getmetatable(newproxy(true)).__gc = finalise
  most = math.max(most, made - gone)
end
print(most < 10000, collectgarbage("count") < 8192)
collectgarbage()
collectgarbage()
print(made - gone)
-- A finaliser that makes garbage with finalisers.
local left = 1000
local function again()
  left = left - 1
  if left > 0 then getmetatable(newproxy(true)).__gc = again end
end
getmetatable(newproxy(true)).__gc = again
while left > 0 do collectgarbage("step", 64) end
print(left)

--> 0	true	true
--> 4	true	true
--> 64	true	true
--> 1024	true	true
--> 65536	true	true
--> 1
--> true
--> true	true
--> 0
--> 0
