-- An invalid argument of a function of the library, called by name.
print(("x"):rep(3))
print(string.rep())

--> xxx
--! error_argument.lua:3: bad argument #1 to 'rep' (string expected, got no value)
