-- A concatenation that ends the program.
local user = { name = "ann" }
print("hello " .. user.name)
print("hello " .. user.nickname)

--> hello ann
--! error_concat.lua:4: attempt to concatenate field 'nickname' (a nil value)
