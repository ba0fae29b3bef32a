-- string.format with conversions that do not exist.
-- only: luajit
local function try(...) print(select(2, pcall(...))) end
try(string.format, "%y", 1)
try(string.format, "%")
try(string.format, "%123d", 1)
try(string.format, "%.123d", 1)
try(string.format, "%000000d", 1)
for _, format in ipairs { "%-+ #05", "%5.", "%1.2.3d", "%ld", "%10000y", "%\n", "%5~d", "x%%%" } do try(string.format, format, 1) end
-- The format is read before there has to be an argument.
try(string.format, "%s %y", 1)
try(string.format, "%y")
print(string.format("%------5d|", 1))

--> invalid option '%y' to 'format'
--> invalid option '%' to 'format'
--> invalid option '%123' to 'format'
--> invalid option '%.123' to 'format'
--> 1
--> invalid option '%-+ #05' to 'format'
--> invalid option '%5.' to 'format'
--> invalid option '%1.2.' to 'format'
--> invalid option '%l' to 'format'
--> invalid option '%100' to 'format'
--> invalid option '%' to 'format'
--> invalid option '%5~' to 'format'
--> invalid option '%' to 'format'
--> invalid option '%y' to 'format'
--> invalid option '%y' to 'format'
--> 1    |
