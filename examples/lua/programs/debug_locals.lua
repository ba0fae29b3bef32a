-- Locals, parameters, hidden variables of loops and values of `...`: reading and setting them.
-- only: luajit
local function all(level)
  local n, names = 1, {}
  while true do
    local name, value = debug.getlocal(level + 1, n)
    if not name or name == "(*temporary)" then return table.concat(names, " ") end
    names[n] = name .. "=" .. (type(value) == "number" and value or type(value))
    if name:find("^%(for") and type(value) ~= "number" then names[n] = name end
    n = n + 1
  end
end
local function f(a, b, ...)
  print((all(2):gsub("^f=function ", "")))
  local c = 3
  do
    local d, e = 4
    print((all(2)))
  end
  for i = 5, 6 do
    local z = i * 2
    print((all(2)))
  end
  for k, v in pairs({ 7 }) do print((all(2))) end
  while c do
    local w = c
    print((all(2)))
    break
  end
  repeat
    local r = 1
    print((all(2)))
  until r
  local g = (function() return all(3) end)()
  print(g)
  return c
end
f(1, 2)
f(1)
local function rest(...)
  print(debug.getlocal(1, -1))
  print(debug.getlocal(1, -2))
  print(debug.getlocal(1, -3))
  print(debug.setlocal(1, -2, "new"))
  print(debug.setlocal(1, -3, "none"))
  print(...)
end
rest(10, 20)
rest(10)
local function set(a)
  local old, is, f = "old", true, print
  print(debug.setlocal(1, 1, "one"), debug.setlocal(1, 2, {}), debug.setlocal(1, 3, 3))
  return a, type(old), is, f
end
print((select(3, set(1))))
print((set(1)))
-- A loop that was running natively sees what another function has set.
local function loop()
  local sum, change = 0, 1
  local function meddle() debug.setlocal(2, 2, "10") end
  for i = 1, 100 do
    if i == 50 then meddle() end
    sum = sum + change
  end
  return sum, change
end
print(loop())
print(loop())
-- A captured variable.
local function captured()
  local x = 1
  local function get() return x end
  debug.setlocal(1, 1, 2)
  return get(), x
end
print(captured())
local function parameters(p, q, ...) local r end
print(debug.getlocal(parameters, 1), debug.getlocal(parameters, 2), debug.getlocal(parameters, 3), debug.getlocal(parameters, 0))
print(debug.getlocal(print, 1), debug.getlocal(function() end, 1), debug.getlocal(parameters, -1))
print(pcall(debug.getlocal, 100, 1))
print(pcall(debug.getlocal, -1, 1))
print(pcall(debug.setlocal, 100, 1, 1))
print(pcall(debug.getlocal, 1))
print(pcall(debug.getlocal))
print(pcall(debug.setlocal, 1, 1))
print(pcall(debug.setlocal, 1))
print(debug.getlocal(1, 0), debug.getlocal(1, 200))
print(xpcall(function() local mine = 1 error("e") end, function(m)
  return debug.getinfo(2, "S").what .. " " .. debug.getlocal(3, 1) .. " " .. select(2, debug.getlocal(3, 1))
end))

--> all=function f=function
--> all=function f=function
--> all=function f=function
--> all=function f=function
--> all=function f=function
--> all=function f=function
--> all=function f=function
-->
--> all=function f=function
--> all=function f=function
--> all=function f=function
--> all=function f=function
--> all=function f=function
--> all=function f=function
--> all=function f=function
-->
--> (*vararg)	10
--> (*vararg)	20
--> nil
--> (*vararg)
--> nil
--> 10	new
--> (*vararg)	10
--> nil
--> nil
--> nil
--> nil
--> 10
--> a	old	is
--> 3
--> a	old	is
--> one
--> 559	10
--> 559	10
--> 2	2
--> p	q	nil	nil
--> nil	nil	nil
--> false	bad argument #1 to '?' (level out of range)
--> false	bad argument #1 to '?' (level out of range)
--> false	bad argument #1 to '?' (level out of range)
--> false	bad argument #2 to '?' (number expected, got no value)
--> false	bad argument #2 to '?' (number expected, got no value)
--> false	bad argument #3 to '?' (value expected)
--> false	bad argument #3 to '?' (value expected)
--> nil	nil
--> false	C mine 1
