-- A coverage tool: a hook for lines marks those of a chunk that run.
-- only: lua5.1
local source = [[
local sign = function(x) if x > 0 then return 1 end return 0 end
local total = 0
for i = 1, 3 do
  total = total + sign(i)
end
while total > 0 do
  total = total - 1
end
local unused = function() return total end
for k, v in next, { 1 } do
  total = total + v
end
if total > 100 then
  total = 0
else
  total = sign(0)
end
return total
]]
local chunk = assert(loadstring(source, "=covered"))
local hits, order = {}, {}
local function mark(event, line)
  if debug.getinfo(2, "S").short_src == "covered" then
    hits[line] = (hits[line] or 0) + 1
    order[#order + 1] = line
  end
end
debug.sethook(mark, "l")
local result = chunk()
debug.sethook()
print(result)
local number = 0
for text in source:gmatch("(.-)\n") do
  number = number + 1
  if text ~= "end" and text ~= "else" then print(("%2s %2d %s"):format(hits[number] or "-", number, text)) end
end
print(table.concat(order, " "))

-- Lines of a function that sets the hook itself, and of nested runs.
order = {}
local base = debug.getinfo(1, "l").currentline
debug.sethook(function(event, line) order[#order + 1] = event .. line - base end, "l")
local x = 1
x = x + 1
local y = setmetatable({}, { __index = function(_, key) return key end }).z
local function less(a, b) return a < b end
table.sort({ 2, 1 }, less)
local function fail() error("x") end
pcall(fail)
for i = 1, 2 do
  x = x + 1
end
debug.sethook()
x = x + 1
print(table.concat(order, " "), x, y)
-- An error of a hook ends what runs.
x = 1
local function change()
  x = 2
  x = 3
end
debug.sethook(function(_, line) if line == base + 19 then error("stop here", 2) end end, "l")
local ok, message = pcall(change)
debug.sethook()
print(ok, message, x)
--> 0
-->  5  1 local sign = function(x) if x > 0 then return 1 end return 0 end
-->  1  2 local total = 0
-->  4  3 for i = 1, 3 do
-->  3  4   total = total + sign(i)
-->  4  6 while total > 0 do
-->  3  7   total = total - 1
-->  1  9 local unused = function() return total end
-->  2 10 for k, v in next, { 1 } do
-->  1 11   total = total + v
-->  1 13 if total > 100 then
-->  - 14   total = 0
-->  1 16   total = sign(0)
-->  1 18 return total
--> 1 2 3 4 1 3 4 1 3 4 1 3 6 7 6 7 6 7 6 9 10 11 10 13 16 1 18
--> line2 line3 line4 line4 line5 line6 line5 line7 line8 line7 line9 line10 line9 line10 line9 line12	5	z
--> false	hook_coverage.lua:63: stop here	2
