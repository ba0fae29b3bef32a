-- A program that ends with an error keeps what it printed.
print("before")
local function f(x) error("uncaught: " .. x) end
f("here")
print("never")

--> before
--! error_uncaught.lua:3: uncaught: here
