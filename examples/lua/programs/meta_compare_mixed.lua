-- Comparison metamethods with operands of different types.
-- only: luajit
local mt = { __lt = function(a, b) return type(a) .. "<" .. type(b) ~= "" end }
local t = setmetatable({}, mt)
print(pcall(function() return t < 1 end))
print(pcall(function() return 1 < t end))
print(pcall(function() return t <= 1 end))
print(pcall(function() return t < {} end))

--> false	meta_compare_mixed.lua:5: attempt to compare table with number
--> false	meta_compare_mixed.lua:6: attempt to compare number with table
--> false	meta_compare_mixed.lua:7: attempt to compare table with number
--> false	meta_compare_mixed.lua:8: attempt to compare two table values
