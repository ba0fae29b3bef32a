-- string.format with invalid formats and arguments.
local function try(...) print(select(2, pcall(...))) end
try(string.format, "%d", "x")
try(string.format, "%d", {})
try(string.format, "%d", nil)
try(string.format, "%c", "x")
try(string.format, {})
print(pcall(string.format, "%5.3d %s", 1, "extra", "ignored"))

--> bad argument #2 to '?' (number expected, got string)
--> bad argument #2 to '?' (number expected, got table)
--> bad argument #2 to '?' (number expected, got nil)
--> bad argument #2 to '?' (number expected, got string)
--> bad argument #1 to '?' (string expected, got table)
--> true	  001 extra
