-- Functions with more literals and names than an op can number.
-- only: luajit
local function number(i) return i + 0.25 end
local parts = { "local t, which = ... local u = { " }
for i = 1, 70000 do parts[#parts + 1] = number(i) .. "," end
parts[#parts + 1] = "} local s = { "
for i = 1, 30000 do parts[#parts + 1] = ("'text%d', name%d = 'value%d', ['key %d'] = %d.75,"):format(i, i, i, i, i) end
parts[#parts + 1] = [[}
  new_global = 123.5
  new_global = new_global + 1000.125
  t.new_field = "new text"
  t.other_field = t.new_field .. " and " .. new_global
  local twice = t:twice_as_much("argument text") .. ("literal text"):upper()
  local compared = (t.new_field == "new text" and "equal text" or "other text") .. tostring(twice ~= "never text")
  local made = { only_here = 7.125, [8.0625] = "of a number", nested = { deeper = "nested text" } }
  local function inner() return made.only_here + 0.03125, "inner text", new_global end
  for i = 1.5, 1.75, 0.0625 do made.last = i end
  local failed, message = pcall(function() return undefined_here.field_of_it end)
  local failed2, message2 = pcall(function() return t.new_field.missing_one.missing_two end)
  if which == 1 then return unknown_name.field_name end
  if which == 2 then return t.unknown_field.field_name end
  if which == 3 then unknown_function() end
  if which == 4 then t:unknown_method() end
  if which == 5 then return t.no_field + 1 end
  if which == 6 then t.no_field.x = 1 end
  if which == 7 then error('at the end') end
  return #u, u[70000], #s, s[30000], s.name30000, s["key 30000"], t.other_field, twice, compared, made[8.0625], made.last, made.nested.deeper, inner, message, message2]]
local source = table.concat(parts)
local f = assert(loadstring(source, "=wide"))
local object = { twice_as_much = function(self, text) return text .. text end }
local function show(...)
  for i = 1, select("#", ...) do
    local value = select(i, ...)
    if type(value) == "function" then print(value()) else print(value) end
  end
end
show(f(object))
show(f(object))
-- Errors in such a function have names and lines.
for which = 1, 7 do print(select(2, pcall(f, object, which))) end
-- Many uses of the same few are no problem.
local many = { "local s = 0 " }
for i = 1, 70000 do many[#many + 1] = "s = s + " .. i % 10 .. ".5 " end
many[#many + 1] = "return s"
print(loadstring(table.concat(many))())
-- Labels.
local jumps = {}
for i = 1, 2000 do jumps[i] = ("goto l%d ::l%d::"):format(i, i) end
print(loadstring(table.concat(jumps, " ") .. " return 'the end'")())
print(loadstring(table.concat(jumps, " ") .. " ::l77:: return 'the end'", "=x"))
print(loadstring(table.concat(jumps, " ") .. " goto l2001", "=x"))

--> 70000
--> 70000.25
--> 30000
--> text30000
--> value30000
--> 30000.75
--> new text and 1123.625
--> argument textargument textLITERAL TEXT
--> equal texttrue
--> of a number
--> 1.75
--> nested text
--> 7.15625	inner text	1123.625
--> wide:11: attempt to index global 'undefined_here' (a nil value)
--> wide:12: attempt to index field 'missing_one' (a nil value)
--> 70000
--> 70000.25
--> 30000
--> text30000
--> value30000
--> 30000.75
--> new text and 1123.625
--> argument textargument textLITERAL TEXT
--> equal texttrue
--> of a number
--> 1.75
--> nested text
--> 7.15625	inner text	1123.625
--> wide:11: attempt to index global 'undefined_here' (a nil value)
--> wide:12: attempt to index field 'missing_one' (a nil value)
--> wide:13: attempt to index global 'unknown_name' (a nil value)
--> wide:14: attempt to index field 'unknown_field' (a nil value)
--> wide:15: attempt to call global 'unknown_function' (a nil value)
--> wide:16: attempt to call method 'unknown_method' (a nil value)
--> wide:17: attempt to perform arithmetic on field 'no_field' (a nil value)
--> wide:18: attempt to index field 'no_field' (a nil value)
--> wide:19: at the end
--> 350000
--> the end
--> nil	x:1: duplicate label 'l77'
--> nil	x:1: undefined label 'l2001'
