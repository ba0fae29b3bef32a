-- A string that is not closed in its line.
local s = "abc
print(s)

--! error_syntax_string.lua:2: unfinished string near '"abc'
