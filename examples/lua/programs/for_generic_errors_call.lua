-- The message for an iterator that is not a function.
-- only: lua5.1
local function try(f) print(select(2, pcall(f))) end
try(function() for x in 5 do end end)
try(function() for x in nil do end end)
try(function() local t = {}; for x in t do end end)

--> for_generic_errors_call.lua:4: attempt to call a number value
--> for_generic_errors_call.lua:5: attempt to call a nil value
--> for_generic_errors_call.lua:6: attempt to call a table value
