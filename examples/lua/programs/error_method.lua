-- An invalid self of a method of the library.
print(("abc"):upper())
string.upper(nil)

--> ABC
--! error_method.lua:3: bad argument #1 to 'upper' (string expected, got nil)
