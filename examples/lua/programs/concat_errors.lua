-- Concatenation of values that are neither strings nor numbers.
local function try(f, ...) print(select(2, pcall(f, ...))) end
local up
try(function() local t = {}; return "a" .. t end)
try(function() local x; return x .. "a" end)
try(function() return "a" .. missing .. "b" end)
try(function() local t = {}; return "a" .. t.name end)
try(function() return up .. "x" end)
try(function() local b = true; return "a" .. "b" .. b end)
try(function() local f = print; return 1 .. f end)

--> concat_errors.lua:4: attempt to concatenate local 't' (a table value)
--> concat_errors.lua:5: attempt to concatenate local 'x' (a nil value)
--> concat_errors.lua:6: attempt to concatenate global 'missing' (a nil value)
--> concat_errors.lua:7: attempt to concatenate field 'name' (a nil value)
--> concat_errors.lua:8: attempt to concatenate upvalue 'up' (a nil value)
--> concat_errors.lua:9: attempt to concatenate local 'b' (a boolean value)
--> concat_errors.lua:10: attempt to concatenate local 'f' (a function value)
