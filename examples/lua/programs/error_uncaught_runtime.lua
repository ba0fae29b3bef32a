-- A program that ends with an error of the machine.
print("one")
local config = {}
print(config.window.width)

--> one
--! error_uncaught_runtime.lua:4: attempt to index field 'window' (a nil value)
