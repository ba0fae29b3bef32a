-- Calls of values that have no name.
-- only: luajit
local function try(f, ...) print(select(2, pcall(f, ...))) end
try(function() (1)() end)
try(function() ("x")() end)
try(function() local t = {}; t[1]() end)
try(function() (function() end)()() end)
try(function(a) return a() end)
try(nil)
try({})
try(function() local t = {}; return t.x.y.z end)

--> call_errors_anonymous.lua:4: attempt to call a number value
--> call_errors_anonymous.lua:5: attempt to call a string value
--> call_errors_anonymous.lua:6: attempt to call a nil value
--> call_errors_anonymous.lua:7: attempt to call a nil value
--> call_errors_anonymous.lua:8: attempt to call local 'a' (a nil value)
--> attempt to call a nil value
--> attempt to call a table value
--> call_errors_anonymous.lua:11: attempt to index field 'x' (a nil value)
