-- Handlers run while the functions that the error leaves are still active, also after a stack overflow.
-- only: luajit
local function deep(n) return 1 + deep(n + 1) end
local ok, found = xpcall(function() deep(1) end, function(message)
  local levels = 0
  while debug.getinfo(levels + 1, "f") and levels < 50 do levels = levels + 1 end
  return debug.getinfo(3, "f").func == deep and levels == 50 and message:match("stack overflow")
end)
print(ok, found)
local _, trace = xpcall(deep, debug.traceback, 1)
local _, lines = trace:gsub("\n", "")
print(lines > 10, trace:match("stack overflow"))
-- The same overflow again, in a coroutine, and without a handler.
for i = 1, 2 do
  print(coroutine.resume(coroutine.create(function()
    local ok, is = xpcall(deep, function() return debug.getinfo(3, "f").func == deep end, 1)
    return ok, is
  end)))
  print(pcall(deep, 1) == false)
end
-- A variable of a function that the error leaves can still be read.
local function holder()
  local function inner() local t = nil; return t.field end
  local mine = "held"
  return (inner())
end
print(xpcall(holder, function()
  local n = 1
  while debug.getlocal(3, n) and debug.getlocal(3, n) ~= "mine" do n = n + 1 end
  return select(2, debug.getlocal(3, n))
end))
-- Upvalues are open until then.
local seen
local function opens()
  local value = 1
  seen = function() return value end
  value = 2
  error("opened")
end
print(xpcall(opens, function() return seen() end), seen())
-- An error in the handler after an overflow.
print((xpcall(deep, function() error("again") end, 1)))
print((xpcall(deep, deep, 1)))
print(pcall(function() return "still works" end))

--> false	stack overflow
--> true	stack overflow
--> true	false	true
--> true
--> true	false	true
--> true
--> false	held
--> false	2
--> false
--> false
--> true	still works
