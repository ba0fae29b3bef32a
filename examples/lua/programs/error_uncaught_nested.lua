-- An error in a nested call, after which the rest of the program does not run.
local function parse(s)
  local n = tonumber(s)
  if not n then error("not a number: " .. s, 2) end
  return n
end
local function total(list)
  local sum = 0
  for _, s in ipairs(list) do
    sum = sum + parse(s)
  end
  return sum
end
print(total { "1", "2", "3" })
print(total { "1", "two", "3" })

--> 6
--! error_uncaught_nested.lua:10: not a number: two
