-- `load` stops at the first error.
local n = 0
local f, e = load(function() n = n + 1 if n > 1e5 then return nil end return "*a " end)
print(f, e, n)

--> nil	(load):1: unexpected symbol near '*'	1
