-- The time to compile a function grows with the number of its constants, fields, labels and upvalue names, not faster.
-- oracle: none: LuaJIT's time for labels grows faster, and it has fewer constants
local function many(n, head, item, tail)
  local parts = { head }
  for i = 1, n do parts[i + 1] = item(i) end
  parts[n + 2] = tail
  return table.concat(parts)
end
local sources = {
  constants = function(n) return many(n, "return {", function(i) return i .. ".5," end, "}") end,
  fields = function(n) return many(n, "return {", function(i) return "f" .. i .. "=" .. i .. ".5," end, "}") end,
  assignments = function(n) return many(n, "local t = {} ", function(i) return "t.f" .. i .. "=" .. i .. ".5 " end, "return t") end,
  labels = function(n) return many(n, "", function(i) return "goto l" .. i .. " ::l" .. i .. ":: " end, "") end,
  functions = function(n) return many(n, "local t = {} ", function(i) return "function t.f" .. i .. "() end " end, "return t") end,
  names = function(n) return many(n, "", function(i) return "g" .. i .. "=1 " end, "") end,
}
local function seconds(source)
  local least = math.huge
  for _ = 1, 3 do
    local start = os.clock()
    assert(loadstring(source))
    least = math.min(least, os.clock() - start)
  end
  return least
end
for _, kind in ipairs { "constants", "fields", "assignments", "labels", "functions", "names" } do
  -- 16 times as much takes about 16 times as long, and 256 times if it is quadratic.
  local make = sources[kind]
  local ratio = seconds(make(16000)) / seconds(make(1000))
  print(kind, ratio < 90 or ratio)
end
-- A result for each level, which must not be copied at each level.
local function f(n) return pcall(f, n + 1) end
print(select("#", f(1)) > 30000)

--> constants	true
--> fields	true
--> assignments	true
--> labels	true
--> functions	true
--> names	true
--> true
