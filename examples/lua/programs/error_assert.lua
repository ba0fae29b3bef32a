-- assert with and without a message, at the end of a program.
print(pcall(assert, false))
print(assert(1 == 1, "fine"))
assert(1 == 2, "the message as it is")

--> false	assertion failed!
--> true	fine
--! error_assert.lua:4: the message as it is
