-- What a handler sees of the functions that an error leaves.
-- only: luajit
local function h(message)
  local out = { tostring(message) }
  for level = 1, 12 do
    local info = debug.getinfo(level, "Sl")
    if not info then break end
    out[#out + 1] = info.what .. "/" .. info.currentline
  end
  return table.concat(out, " ")
end
local function bad()
  local mine = 1
  error("e")
end
print(xpcall(bad, h))
print(xpcall(function() bad() return 1 end, h))
print(xpcall(function() local x = nil + 1 end, h))
print(xpcall(function() local x = {} .. "" end, h))
print(xpcall(string.rep, h))
print(xpcall(error, h, "direct"))
print(xpcall(function() error({}, 2) end, function(m) return type(m) end))
print(xpcall(function() return pcall(bad) end, h))
print(xpcall(function() coroutine.wrap(function() error("co") end)() end, h))
print(xpcall(function() return setmetatable({}, { __index = function() error("i") end }).x end, h))
-- Handlers of all kinds.
print(xpcall(bad, error))
print(xpcall(bad, function() error("again") end))
print(xpcall(bad, function() return end))
print(xpcall(bad, function() return select(2, xpcall(bad, h)) end))
print(pcall(xpcall, bad))
print(pcall(xpcall, bad, 1))
print(pcall(xpcall))
-- What is called.
print(xpcall(nil, h))
print(xpcall(1, h))
print(xpcall(setmetatable({}, { __call = function(_, a) error(a) end }), h, "arg"))
print(xpcall(function(...) return select("#", ...), ... end, h, nil, nil))
print(xpcall(function() return xpcall(bad, h) end, function() return "outer" end))
print(select("#", xpcall(function() end, h)))
-- The functions and their names.
local getinfo = debug.getinfo
print(xpcall(function() error() end, function() return getinfo(2, "f").func == error end))
print(xpcall(function() return getinfo(2, "f").func == xpcall end, h))
print(xpcall(function() error("x") end, function() return getinfo(4, "f").func == xpcall end))
local renamed = xpcall
print(renamed(function()
  local out = {}
  for level = 1, 4 do
    local info = getinfo(level, "nf")
    out[level] = tostring(info and info.name) .. tostring(info and info.func == xpcall)
  end
  return table.concat(out, " ")
end, h))
renamed(function() print((debug.traceback("within", 1):gsub("0x%x+", "address"))) end, h)

--> false	xpcall_handlers_levels.lua:14: e Lua/6 C/-1 Lua/14 C/-1 main/16 C/-1
--> false	xpcall_handlers_levels.lua:14: e Lua/6 C/-1 Lua/14 Lua/17 C/-1 main/17 C/-1
--> false	xpcall_handlers_levels.lua:18: attempt to perform arithmetic on a nil value Lua/6 Lua/18 C/-1 main/18 C/-1
--> false	xpcall_handlers_levels.lua:19: attempt to concatenate a table value Lua/6 Lua/19 C/-1 main/19 C/-1
--> false	bad argument #1 to '?' (string expected, got no value) Lua/6 C/-1 C/-1 main/20 C/-1
--> false	direct Lua/6 C/-1 C/-1 main/21 C/-1
--> false	table
--> true	false	xpcall_handlers_levels.lua:14: e
--> false	xpcall_handlers_levels.lua:24: xpcall_handlers_levels.lua:24: co Lua/6 C/-1 Lua/24 C/-1 main/24 C/-1
--> false	xpcall_handlers_levels.lua:25: i Lua/6 C/-1 Lua/25 Lua/25 C/-1 main/25 C/-1
--> false	error in error handling
--> false	error in error handling
--> false	nil
--> false	error in error handling
--> false	bad argument #2 to '?' (function expected, got no value)
--> false	bad argument #2 to '?' (function expected, got number)
--> false	bad argument #1 to '?' (value expected)
--> false	attempt to call a nil value Lua/6 C/-1 main/35 C/-1
--> false	attempt to call a number value Lua/6 C/-1 main/36 C/-1
--> false	xpcall_handlers_levels.lua:37: arg Lua/6 C/-1 Lua/37 C/-1 main/37 C/-1
--> true	2	nil	nil
--> true	false	xpcall_handlers_levels.lua:14: e Lua/6 C/-1 Lua/14 C/-1 C/-1 main/39 C/-1
--> 1
--> false	true
--> true	true
--> false	true
--> true	nilfalse renamedtrue nilfalse nilfalse
--> within
--> stack traceback:
--> 	xpcall_handlers_levels.lua:55: in function <xpcall_handlers_levels.lua:55>
--> 	[C]: in function 'renamed'
--> 	xpcall_handlers_levels.lua:55: in main chunk
--> 	[C]: at address
