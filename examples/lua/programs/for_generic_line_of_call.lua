-- The line of an error in the head of a `for`.
local f = loadstring("\n\nfor k in\n3\ndo end", "=x")
print(pcall(f))

--> false	x:4: attempt to call a number value
