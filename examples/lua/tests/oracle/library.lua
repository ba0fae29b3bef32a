-- Calls every function of the library with arguments missing, of every type and at limits, and prints what each call
-- does. The first argument of the script is the number of random calls of each function. Without it, no function is
-- called. A function that is not called is only printed.

local dead = coroutine.create(function() end)
coroutine.resume(dead)
local closed = io.tmpfile()
closed:close()

-- What can be an argument: how it is printed, and what creates it.
local values = {
  { "nil", function() return nil end }, { "true", function() return true end }, { "false", function() return false end },
  { "0", function() return 0 end }, { "1", function() return 1 end }, { "-1", function() return -1 end },
  { "2", function() return 2 end }, { "1.5", function() return 1.5 end },
  { "''", function() return "" end }, { "'10'", function() return "10" end }, { "' 0x1F '", function() return " 0x1F " end },
  { "'abc'", function() return "abc" end }, { "'%d'", function() return "%d" end }, { "'*a'", function() return "*a" end },
  { "'r'", function() return "r" end },
  { "{}", function() return {} end }, { "{3, 1, 2}", function() return { 3, 1, 2 } end },
  { "{'b', 'a', x = 1}", function() return { "b", "a", x = 1 } end },
  { "{year = 2000}", function() return { year = 2000 } end },
  { "function", function() return function(...) return ... end end }, { "tostring", function() return tostring end },
  { "thread", function() return coroutine.create(function(...) return coroutine.yield(...) end) end },
  { "dead thread", function() return dead end },
  { "userdata", function() return newproxy(true) end }, { "file", function() return io.tmpfile() end },
  { "closed file", function() return closed end },
  -- These can be much work where they are numbers of elements.
  { "2^31", function() return 2 ^ 31 end }, { "-2^31", function() return -2 ^ 31 end }, { "2^53", function() return 2 ^ 53 end },
  { "1e300", function() return 1e300 end }, { "nan", function() return 0 / 0 end }, { "inf", function() return 1 / 0 end },
  { "-inf", function() return -1 / 0 end },
}
local SMALL, FILES = 26, { 25, 26 }

local function set(names)
  local all = {}
  for name in names:gmatch("%S+") do all[name] = true end
  return all
end

-- These change the script itself, end it, wait, start other programs, or have results that no two systems share.
local skipped = set [[
  os.exit os.execute os.tmpname io.popen debug.debug debug.sethook debug.setlocal debug.setmetatable debug.setfenv setfenv
  module require package.loadlib package.seeall print jit.attach
]]
-- Only the number of the results of these is known.
local unknown = set [[
  collectgarbage gcinfo math.random os.clock os.date os.time os.getenv string.dump io.input io.output
]]
-- These do as much as a number says.
local counting = set [[
  table.insert table.remove table.concat table.move table.foreachi table.sort unpack string.rep new
]]

local function describe(value)
  local kind = type(value)
  if kind == "string" then
    return ("%q"):format((value:gsub("0x%x+", "ADDRESS"):gsub("builtin#?:? ?%w+", "builtin"))):gsub("\n", "n")
  elseif kind == "number" then
    return value ~= value and "nan" or ("%.14g"):format(value)
  elseif kind == "table" then
    local count = 0
    for _ in next, value do count = count + 1 end
    return "table of " .. count
  end
  return kind == "boolean" and tostring(value) or kind
end

local stdout, concat = io.stdout, table.concat
local function show(name, arguments, ok, ...)
  local results = {}
  if ok and unknown[name] then
    results[1] = "…"
  else
    for i = 1, select("#", ...) do results[i] = describe((select(i, ...))) end
  end
  stdout:write(name, "(", concat(arguments, ", "), ") ", ok and "returns " or "throws ", concat(results, ", "), "\n")
end

local function call(name, f, chosen)
  local names, arguments = {}, {}
  for i = 1, #chosen do
    names[i], arguments[i] = values[chosen[i]][1], values[chosen[i]][2]()
  end
  show(name, names, pcall(f, unpack(arguments, 1, #chosen)))
end

-- The same random choices for a function, whichever others there are.
local function chooser(name)
  local seed = 1
  for i = 1, #name do seed = (seed * 31 + name:byte(i)) % 1000003 + 1 end
  return function(n)
    seed = seed * 16807 % 2147483647
    return seed % n + 1
  end
end

local function check(name, f, first)
  local choose, count = chooser(name), counting[name] and SMALL or #values
  call(name, f, {})
  for i = 1, count do call(name, f, { i }) end
  for _ = 1, tonumber(arg[1]) do
    local chosen = {}
    for i = 1, 1 + choose(3) do chosen[i] = choose(count) end
    if first then chosen[1] = first[choose(#first)] end
    call(name, f, chosen)
  end
end

local modules = {
  { "", _G }, { "string.", string }, { "table.", table }, { "math.", math }, { "coroutine.", coroutine },
  { "debug.", debug }, { "os.", os }, { "io.", io }, { "package.", package }, { "bit.", bit }, { "jit.", jit },
  { "", jit and { new = require "table.new", clear = require "table.clear" } },
  { "file:", debug.getmetatable(closed).__index, FILES }, { "file", debug.getmetatable(closed), FILES },
}
for _, module in ipairs(modules) do
  local names = {}
  for name, f in pairs(module[2] or {}) do
    if type(f) == "function" then names[#names + 1] = name end
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local whole = module[1] .. name
    if skipped[whole] or not arg[1] then
      show(whole, { "not called" }, true, module[2][name])
    else
      check(whole, module[2][name], module[3])
    end
  end
end
