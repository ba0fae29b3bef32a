-- Operations on number literals have the results that the same operations on variables have.
-- In Lua 5.1, equal constants of a function are one, and -0 equals 0.
-- only: luajit
local literals = {
  "0", "-0", "1", "-1", "-3", "7", "0.1", "-2.5", "53", "4294967295", "1e308", "5e-324", "1e999",
}
local operators = {"+", "-", "*", "/", "%", "^"}

-- Tells all numbers apart, also 0 from -0.
local function exact(number)
  if number ~= number then return "nan" end
  if number == 0 then return 1 / number > 0 and "0" or "-0" end
  return ("%.17g"):format(number)
end

local compared, different = 0, {}
local function compare(literal, general, x, y)
  -- The value itself, as an operand of ops that take a number, and at the beginning of a longer chain.
  local uses = "local z = 3 return V, z + (V), (V) - z, V * z, -(V)"
  local function with(operation)
    return "local x, y = ... " .. uses:gsub("V", function() return operation end)
  end
  local folded, unfolded = {assert(loadstring(with(literal)))(x, y)}, {assert(loadstring(with(general)))(x, y)}
  for i, value in ipairs(folded) do
    compared = compared + 1
    local one, other = exact(value), exact(unfolded[i])
    if one ~= other then different[#different + 1] = ("%s, %d: %s, not %s"):format(literal, i, one, other) end
  end
end

for _, a in ipairs(literals) do
  local x = loadstring("return " .. a)()
  for _, b in ipairs(literals) do
    local y = loadstring("return " .. b)()
    for _, operator in ipairs(operators) do
      compare(("(%s) %s (%s)"):format(a, operator, b), ("x %s y"):format(operator), x, y)
    end
  end
end
print(compared, #different, different[1])

-- Comparisons, conditions, keys and loops.
local zero = 0
print(2 ^ 10 == 1024, 1 + 1 < 3 - 1, 10 % 3 > 2 * 0.25, -zero == 0 * 1, 0 / 1 == zero - 0)
print(1 + 1 == "2", 0 / 0 == 0 / 0, 1 - 1 and "zero is true")
local list = {[1 + 1] = "two", [3 * 1] = "three", [-0] = "zero", [2 ^ -1] = "half"}
print(list[2], list[6 / 2], list[0], list[1 - 0.5], list[5 % 3])
local counted = {}
for i = 4 - 1, 2 - 1, -1 do counted[#counted + 1] = i end
for i = 1, 2 ^ 2, 1 / 2 do counted[#counted + 1] = i end
for i = 1, 0 - 1, 3 - 2 do counted[#counted + 1] = "never" end
print(table.concat(counted, " "))
while 1 - 1 == 1 do print("never") end
print((function(...) return select("#", ...), ... end)(1 + 1, -2, 2 ^ 3 % 3))
-- Strings and errors are left to the ops.
print("10" + 1, 1 + "0x10", -"2")
print(pcall(loadstring("return 1 + {}")))
print(pcall(loadstring("return 2 * 3 .. nil + 1")))


--> 5070	0	nil
--> true	false	true	true	true
--> false	false	zero is true
--> two	three	zero	half	two
--> 3 2 1 1 1.5 2 2.5 3 3.5 4
--> 3	2	-2	2
--> 11	17	-2
--> false	[string "return 1 + {}"]:1: attempt to perform arithmetic on a table value
--> false	[string "return 2 * 3 .. nil + 1"]:1: attempt to perform arithmetic on a nil value
