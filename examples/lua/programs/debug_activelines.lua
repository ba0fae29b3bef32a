-- debug.getinfo with the option "L": the lines of a function that have code.
-- only: lua5.1
local function lines_of(f)
  local lines = {}
  for line, is_active in pairs(debug.getinfo(f, "L").activelines) do
    assert(is_active == true)
    lines[#lines + 1] = line
  end
  table.sort(lines)
  return table.concat(lines, " ")
end
local function show(...) print(lines_of(...)) end

local function statements(a, b)
  local sum = a

  -- A comment, and a block without code of its own.
  do
    local product = a * b
    sum = sum + product
  end
  if sum > 10 then
    sum = 10
  else
    sum = 0
  end
  for i = 1, 3 do
    sum = sum + i
  end
  for _, value in pairs({ a, b }) do
    sum = sum + value
  end
  while sum > 20 do sum = sum - 1 end
  local inner = function() return sum end
  print(inner())
  return sum
end
show(statements)
show(function() end)
show(function(...)
  return ...
end)
show(loadstring("x = 1\n\nreturn x\n", "=lines"))
show(loadstring("local function f() return 1 end\n\n\nf() f()", "=lines"))

-- A level, and all options at once.
local function running()
  show(2)
  local info = debug.getinfo(1, "SlnufL")
  print(info.currentline, info.name, info.func == running, next(info.activelines) ~= nil)
end
running()

-- Only functions written in Lua have lines, and only if they are requested.
print(debug.getinfo(print, "L").activelines, debug.getinfo(show).activelines, debug.getinfo(1).activelines)

-- The lines of a hook are among them.
local expected, seen = debug.getinfo(statements, "L").activelines, 0
debug.sethook(function(_, line)
  if debug.getinfo(2, "f").func == statements then
    assert(expected[line], line)
    seen = seen + 1
  end
end, "l")
statements(1, 2)
debug.sethook()
print(seen > 20)

-- A long function.
local text = {}
for i = 1, 3000 do text[i] = "x = " .. i end
local lines = debug.getinfo(loadstring(table.concat(text, "\n\n")), "L").activelines
local count = 0
for line in pairs(lines) do
  count = count + 1
  assert(line % 2 == 1)
end
print(count, lines[1], lines[2], lines[5999])

--> 15 19 20 22 23 25 27 28 30 31 33 34 35 36 37
--> 39
--> 41 42
--> 1 3
--> 1 4
--> 12
--> 49	running	true	true
--> nil	nil	nil
--> 9
--> true
--> 3000	true	nil	true
