-- Arguments of pcall and xpcall themselves, and errors in handlers.
-- only: luajit
local function try(f, ...) print(select(2, pcall(f, ...))) end
try(function() pcall() end)
try(function() xpcall() end)
try(function() xpcall(1) end)
try(function() xpcall(print, 5) end)
print(pcall(xpcall, error, 1))
print(pcall(xpcall, print))
print(pcall(xpcall, print, nil))
print(xpcall(function() return xpcall(error) end, function(e) return "outer: " .. e end))
print(xpcall(function() error("a") end, function(e) error("b") end))
print(xpcall(function() error("a") end, function(e)
  return select(2, xpcall(error, function() return "inner" end, "z"))
end))
print(xpcall(function() error("a") end, function(e) return select(2, pcall(error, "z")) end))
print(xpcall(function() error("a", 0) end, function(e)
  return coroutine.wrap(function() return select(2, xpcall(error, function(e) return "in coroutine " .. e end, e)) end)()
end))
print(xpcall(function() error("again", 0) end, function(e) return e end))

--> pcall_arguments.lua:4: bad argument #1 to 'pcall' (value expected)
--> pcall_arguments.lua:5: bad argument #1 to 'xpcall' (value expected)
--> pcall_arguments.lua:6: bad argument #2 to 'xpcall' (function expected, got no value)
--> pcall_arguments.lua:7: bad argument #2 to 'xpcall' (function expected, got number)
--> false	bad argument #2 to '?' (function expected, got number)
--> false	bad argument #2 to '?' (function expected, got no value)
--> false	bad argument #2 to '?' (function expected, got nil)
--> false	outer: bad argument #2 to '?' (function expected, got no value)
--> false	error in error handling
--> false	error in error handling
--> false	z
--> false	in coroutine a
--> false	again
