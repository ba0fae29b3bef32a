-- Every operation whose result would be too long is an error.
-- only: luajit
local function try(f, ...)
  local good, result = pcall(f, ...)
  print(good, good and #result or result)
end
try(string.rep, "x", 2 ^ 31 - 1)
try(string.rep, "xx", 2 ^ 30)
try(string.rep, ("x"):rep(1e6), 1e6)
try(string.rep, "", 2 ^ 31 - 1, "ab")
try(string.rep, "", 1e9)
try(string.rep, "x", 1e10)
try(string.rep, "x", -1e300)
try(string.rep, "x", 0 / 0)
local big = ("x"):rep(2 ^ 27)
try(function() return big .. big .. big .. big .. big .. big .. big .. big .. big .. big .. big .. big .. big .. big .. big .. big end)

--> false	not enough memory
--> false	not enough memory
--> false	not enough memory
--> false	not enough memory
--> true	0
--> true	0
--> true	0
--> true	0
--> false	string_too_long.lua:16: string length overflow
