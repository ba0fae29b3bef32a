-- Thousands of coroutines, and deep stacks inside of one.
local list = {}
for i = 1, 2000 do list[i] = coroutine.create(function(x) for j = 1, 3 do x = x + coroutine.yield(x) end return x end) end
local sum = 0
for round = 1, 4 do
  for i, co in ipairs(list) do local ok, v = coroutine.resume(co, i); assert(ok); sum = sum + v end
end
print(sum, coroutine.status(list[1]), coroutine.status(list[2000]))
local function down(n) if n == 0 then coroutine.yield("bottom") return 0 end return 1 + down(n - 1) end
local deep = coroutine.create(function() return down(3000) end)
print(coroutine.resume(deep)); print(coroutine.resume(deep))
local function nest(n) if n == 0 then return "innermost" end return coroutine.wrap(function() return nest(n - 1) end)() end
print(nest(50))
local function chain(n)
  local gen = coroutine.wrap(function() for i = 1, 10 do coroutine.yield(i) end end)
  for _ = 1, n do local prev = gen; gen = coroutine.wrap(function() for v in prev do coroutine.yield(v + 1) end end) end
  return gen
end
local total = 0
for v in chain(20) do total = total + v end
print(total)
for i = 1, 10000 do coroutine.wrap(function() coroutine.yield() end)() end
print("abandoned")

--> 20010000	dead	dead
--> true	bottom
--> true	3000
--> innermost
--> 255
--> abandoned
