-- Calls of non-functions: the message names the value.
local function try(f, ...) print(select(2, pcall(f, ...))) end
local up
try(function() undefinedfunction() end)
try(function() local x; x() end)
try(function() local t = {}; t.field() end)
try(function() local t = {}; t.a.b() end)
try(function() local t = { a = {} }; t.a.b() end)
try(function() local t = {}; t:method() end)
try(function() up() end)
try(function() up.x() end)
try(function() math.nothing(1) end)
try(function() local s = "str"; s() end)
try(function() print("x").y = 1 end)

--> call_errors.lua:4: attempt to call global 'undefinedfunction' (a nil value)
--> call_errors.lua:5: attempt to call local 'x' (a nil value)
--> call_errors.lua:6: attempt to call field 'field' (a nil value)
--> call_errors.lua:7: attempt to index field 'a' (a nil value)
--> call_errors.lua:8: attempt to call field 'b' (a nil value)
--> call_errors.lua:9: attempt to call method 'method' (a nil value)
--> call_errors.lua:10: attempt to call upvalue 'up' (a nil value)
--> call_errors.lua:11: attempt to index upvalue 'up' (a nil value)
--> call_errors.lua:12: attempt to call field 'nothing' (a nil value)
--> call_errors.lua:13: attempt to call local 's' (a string value)
--> x
--> call_errors.lua:14: attempt to index a nil value
