-- A program that does not parse prints nothing.
print("never printed")
local x = = 5

--! error_syntax.lua:3: unexpected symbol near '='
