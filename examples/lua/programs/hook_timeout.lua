-- A guard against programs that take too long: a hook with a count throws an error.
-- only: lua5.1
local function limited(steps, f, ...)
  local function guard() error("timeout", 2) end
  debug.sethook(guard, "", steps)
  local ok, result = pcall(f, ...)
  debug.sethook()
  return ok, ok and result or tostring(result):gsub("^.-:%d+: ", "")
end
print(limited(1000, function() while true do end end))
print(limited(1000, function() repeat until false end))
print(limited(1000, function() for i = 1, 1e15 do end end))
print(limited(1000, function() local t = {} while true do t.x = { t.x } t.x = nil end end))
print(limited(1000, function() local function f() return f() end return f() end))
print(limited(100, function() local function f(n) return 1 + f(n + 1) end return f(1) end))
print(limited(1000, function() while true do pcall(string.rep, "x", 10) end end))
print(limited(1000, function() table.sort({ 3, 1, 2 }, function() while true do end end) end))
print(limited(1000, function() return setmetatable({}, { __index = function() while true do end end }).x end))
print(limited(1000, function() while true do string.gsub("xx", "x", function(c) return c end) end end))
print(limited(100000, function(a, b) return a + b end, 1, 2))
-- The hook is removed: this is not ended.
for i = 1, 100000 do end
print(debug.gethook())

-- A catch inside of the program ends only the call that it protects; the hook comes again.
local caught = 0
print(limited(1000, function()
  while caught < 3 do
    local ok, message = pcall(function() while true do end end)
    caught = caught + 1
  end
  return caught
end))

-- A hook that removes itself is called once.
local calls = 0
debug.sethook(function() calls = calls + 1 debug.sethook() end, "", 10)
for i = 1, 10000 do end
print(calls, debug.gethook())

-- No hook is called in a hook.
local depth, deepest = 0, 0
debug.sethook(function()
  depth = depth + 1
  deepest = math.max(deepest, depth)
  for i = 1, 1000 do end
  depth = depth - 1
end, "", 10)
for i = 1, 1000 do end
debug.sethook()
print(depth, deepest)

-- A hook cannot yield, and errors that are not strings pass as they are.
debug.sethook(function() error({ code = 7 }) end, "", 10)
local ok, value = pcall(function() while true do end end)
debug.sethook()
print(ok, type(value), value.code)
local co = coroutine.create(function()
  debug.sethook(function() coroutine.yield(1) end, "", 10)
  while true do end
end)
local ok, message = coroutine.resume(co)
debug.sethook()
print(ok, message:match("attempt to yield"), coroutine.status(co))

-- The values of a call that is interrupted stay.
local function sum(...)
  local total = 0
  for i = 1, select("#", ...) do total = total + select(i, ...) end
  return total
end
debug.sethook(function() local a, b, c, d, e, f, g = 1, 2, 3, 4, 5, 6, 7 return sum(a, b, c, d, e, f, g, a, b) end, "", 1)
local t = {}
for i = 1, 50 do t[i] = i end
local total = 0
for i = 1, 5 do total = total + sum(unpack(t)) end
debug.sethook()
print(total, sum(unpack(t)))
--> false	timeout
--> false	timeout
--> false	timeout
--> false	timeout
--> false	timeout
--> false	timeout
--> false	timeout
--> false	timeout
--> false	timeout
--> false	timeout
--> true	3
--> nil		0
--> true	3
--> 1	nil		0
--> 0	1
--> false	table	7
--> false	attempt to yield	dead
--> 6375	1275
