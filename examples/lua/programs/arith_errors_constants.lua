-- Arithmetic errors on values without a name.
-- only: luajit
local function try(f, ...) print(select(2, pcall(f, ...))) end
try(function() return "abc" + 1 end)
try(function() return {} + 1 end)
try(function() return 1 + nil end)
try(function() return -{} end)
try(function() local t = { 1 }; return t[1] + t[2] end)
try(function() return (function() end)() + 1 end)
try(function(...) return ... + 1 end)
try(function(a, b) return a + b end, 1, {})
try(function(a, b) return a + b end, {}, 1)
try(function(a, b) return a * b end, "x", 1)

--> arith_errors_constants.lua:4: attempt to perform arithmetic on a string value
--> arith_errors_constants.lua:5: attempt to perform arithmetic on a table value
--> arith_errors_constants.lua:6: attempt to perform arithmetic on a nil value
--> arith_errors_constants.lua:7: attempt to perform arithmetic on a table value
--> arith_errors_constants.lua:8: attempt to perform arithmetic on a nil value
--> arith_errors_constants.lua:9: attempt to perform arithmetic on a nil value
--> arith_errors_constants.lua:10: attempt to perform arithmetic on a nil value
--> arith_errors_constants.lua:11: attempt to perform arithmetic on local 'b' (a table value)
--> arith_errors_constants.lua:12: attempt to perform arithmetic on local 'a' (a table value)
--> arith_errors_constants.lua:13: attempt to perform arithmetic on local 'a' (a string value)
