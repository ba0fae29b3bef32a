-- Bounds of a `for` that are not numbers.
local function try(f) print(select(2, pcall(f))) end
try(function() for i = {}, 1 do end end)
try(function() for i = 1, nil do end end)
try(function() for i = 1, 2, "x" do end end)
try(function() for i = 1, 2, print do end end)
try(function() for i = "a", 2 do end end)

--> for_numeric_errors.lua:3: 'for' initial value must be a number
--> for_numeric_errors.lua:4: 'for' limit must be a number
--> for_numeric_errors.lua:5: 'for' step must be a number
--> for_numeric_errors.lua:6: 'for' step must be a number
--> for_numeric_errors.lua:7: 'for' initial value must be a number
