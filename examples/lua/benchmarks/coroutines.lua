-- Coroutines: generators in chains, and many small ones.
-- check: 10
local n = tonumber((...)) or 1500000
local function count(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
local function map(f, source) return coroutine.wrap(function() for v in source do coroutine.yield(f(v)) end end) end
local function filter(f, source)
  return coroutine.wrap(function() for v in source do if f(v) then coroutine.yield(v) end end end)
end
local sum = 0
local odd_squares = filter(function(v) return v % 2 == 1 end, map(function(v) return v * v % 1009 end, count(n)))
for v in odd_squares do sum = sum + v end
print(("%d"):format(sum))
local made = 0
for i = 1, n / 4 do
  local co = coroutine.create(function(a) local b = coroutine.yield(a + 1); return a + b end)
  local _, first = coroutine.resume(co, i)
  local _, second = coroutine.resume(co, first)
  made = (made + second) % 10000003
end
print(("%d"):format(made))
local function walk(depth)
  if depth > 0 then walk(depth - 1); coroutine.yield(depth); walk(depth - 1) end
end
local visited = 0
for depth in coroutine.wrap(function() walk(math.min(14, n)) end) do visited = visited + depth end
print(visited)

--> 165
--> 8
--> 2036
