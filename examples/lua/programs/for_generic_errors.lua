-- A generic `for` over a value that cannot be called.
local function try(f) print((pcall(f))) end
try(function() for x in 5 do end end)
try(function() for x in nil do end end)
try(function() for x in {} do end end)
try(function() for x in error, "stop" do end end)
print(type(select(2, pcall(function() for x in error, { "state" } do end end))))
print((pcall(ipairs)))
print(pcall(pairs, nil))
print(pcall(ipairs, 5))

--> false
--> false
--> false
--> false
--> table
--> false
--> false	bad argument #1 to '?' (table expected, got nil)
--> false	bad argument #1 to '?' (table expected, got number)
