-- Invalid and unusual arguments of the functions of the base library.
-- only: luajit
local function try(f, ...) print(select(2, pcall(f, ...))) end
try(function() assert() end)
try(function() assert(false) end)
try(function() assert(nil, "message") end)
try(function() assert(nil, 12) end)
try(function() assert(nil, nil) end)
print(pcall(assert, false, "message"))
try(function() error("two", 2) end)
try(function() error("hundred", 100) end)
try(function() error("minus", -1) end)
try(function() error(12) end)
try(function() error("x", "y") end)
try(function() error("string", "0") end)
try(function() error("fraction", 1.9) end)
try(function() select() end)
try(function() select(0) end)
try(function() select(-3, 1) end)
try(function() select("x") end)
try(function() select(0/0, 1) end)
print(select(-1, 1, 2), select(2.9, 1, 2, 3), select("2", 1, 2), select("#"), (select("#x", 1)))
print(unpack({ 1, 2, 3 }, -1, 1))
print(unpack({}, 2^31 - 2, 2^31 - 1))
print(unpack({ 1, 2 }, 2, nil), select("#", unpack({}, 1, 7000)))
try(function() unpack({}, 1, 1e8) end)
try(function() unpack({}, -2^31, 2^31 - 1) end)
try(function() unpack() end)
try(unpack, {}, "x")
try(function() ipairs() end)
try(function() ipairs(nil) end)
try(function() pairs() end)
try(function() pairs(1) end)
try(function() next() end)
try(function() next({}, 1) end)
local f = ipairs({})
print(f == ipairs({ 1 }), pairs({}) == next)
try(f, {})
try(f, nil, 1)
print(f({ 1, 2 }, "1"))
print(select("#", f({}, 0)))
try(function() tostring() end)
try(function() tonumber() end)
try(function() tonumber({}, 16) end)
try(function() tonumber("1", 99) end)
try(function() tonumber("1", 1) end)
print(pcall(tonumber, {}), tonumber("10", nil), tonumber(12, 16))
print(pcall(tostring, setmetatable({}, { __tostring = function() return 1 end })))
print(pcall(print, setmetatable({}, { __tostring = function() return {} end })))
print(pcall(print, setmetatable({}, { __tostring = function() return 12 end })))
print(pcall(print, setmetatable({}, { __tostring = 12 })))
try(function() rawget(1) end)
try(function() rawget({}) end)
try(function() rawset({}, nil, 1) end)
try(function() rawset({}, 0/0, 1) end)
try(function() rawset({}, 1) end)
try(function() rawequal(1) end)
try(function() setmetatable({}) end)
try(function() setmetatable(1, {}) end)
try(function() setmetatable({}, 1) end)
try(function() getmetatable() end)
try(function() setmetatable(setmetatable({}, { __metatable = 1 }), {}) end)
print(rawlen, getmetatable(setmetatable({}, { __metatable = false })))

--> base_arguments.lua:4: bad argument #1 to 'assert' (value expected)
--> base_arguments.lua:5: assertion failed!
--> base_arguments.lua:6: message
--> base_arguments.lua:7: 12
--> nil
--> false	message
--> two
--> hundred
--> minus
--> base_arguments.lua:13: 12
--> base_arguments.lua:14: bad argument #2 to 'error' (number expected, got string)
--> string
--> base_arguments.lua:16: fraction
--> base_arguments.lua:17: bad argument #1 to 'select' (number expected, got no value)
--> base_arguments.lua:18: bad argument #1 to 'select' (index out of range)
--> base_arguments.lua:19: bad argument #1 to 'select' (index out of range)
--> base_arguments.lua:20: bad argument #1 to 'select' (number expected, got string)
--> base_arguments.lua:21: bad argument #1 to 'select' (index out of range)
--> 2	2	2	0	1
--> nil	nil	1
--> nil	nil
--> 2	7000
--> base_arguments.lua:26: too many results to unpack
--> base_arguments.lua:27: too many results to unpack
--> base_arguments.lua:28: bad argument #1 to 'unpack' (table expected, got no value)
--> bad argument #2 to '?' (number expected, got string)
--> base_arguments.lua:30: bad argument #1 to 'ipairs' (value expected)
--> base_arguments.lua:31: bad argument #1 to 'ipairs' (table expected, got nil)
--> base_arguments.lua:32: bad argument #1 to 'pairs' (value expected)
--> base_arguments.lua:33: bad argument #1 to 'pairs' (table expected, got number)
--> base_arguments.lua:34: bad argument #1 to 'next' (table expected, got no value)
--> invalid key to 'next'
--> true	true
--> bad argument #2 to '?' (number expected, got no value)
--> bad argument #1 to '?' (table expected, got nil)
--> 2	2
--> 0
--> base_arguments.lua:42: bad argument #1 to 'tostring' (value expected)
--> base_arguments.lua:43: bad argument #1 to 'tonumber' (value expected)
--> base_arguments.lua:44: bad argument #1 to 'tonumber' (string expected, got table)
--> base_arguments.lua:45: bad argument #2 to 'tonumber' (base out of range)
--> base_arguments.lua:46: bad argument #2 to 'tonumber' (base out of range)
--> true	10	18
--> true	1
--> false	'tostring' must return a string to 'print'
--> 12
--> true
--> false	attempt to call a number value
--> base_arguments.lua:52: bad argument #1 to 'rawget' (table expected, got number)
--> base_arguments.lua:53: bad argument #2 to 'rawget' (value expected)
--> table index is nil
--> table index is NaN
--> base_arguments.lua:56: bad argument #3 to 'rawset' (value expected)
--> base_arguments.lua:57: bad argument #2 to 'rawequal' (value expected)
--> base_arguments.lua:58: bad argument #2 to 'setmetatable' (nil or table expected)
--> base_arguments.lua:59: bad argument #1 to 'setmetatable' (table expected, got number)
--> base_arguments.lua:60: bad argument #2 to 'setmetatable' (nil or table expected)
--> base_arguments.lua:61: bad argument #1 to 'getmetatable' (value expected)
--> base_arguments.lua:62: cannot change a protected metatable
--> nil	false
