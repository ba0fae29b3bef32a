-- A string that ends with its line.
local s = "abc
print(s)

--! error_syntax_string.lua:2: unfinished string near '"abc'
