-- A call of a missing global.
local x = 5
print(x)
undefined_function(x)

--> 5
--! error_uncaught_call.lua:4: attempt to call global 'undefined_function' (a nil value)
