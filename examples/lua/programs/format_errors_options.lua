-- string.format with conversions that do not exist.
-- only: lua5.1
local function try(...) print(select(2, pcall(...))) end
try(string.format, "%y", 1)
try(string.format, "%")
try(string.format, "%123d", 1)
try(string.format, "%.123d", 1)
try(string.format, "%000000d", 1)

--> invalid option '%y' to 'format'
--> bad argument #2 to '?' (no value)
--> invalid format (width or precision too long)
--> invalid format (width or precision too long)
--> invalid format (repeated flags)
