-- A __tostring that does not return a string.
-- only: lua5.1
local t = setmetatable({}, { __tostring = function() return 1 end })
print(tostring(t))
print(pcall(print, setmetatable({}, { __tostring = function() return {} end })))

--> 1
--> false	'tostring' must return a string to 'print'
