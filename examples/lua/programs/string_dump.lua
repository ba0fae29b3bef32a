-- string.dump, and loading its result.
local f = loadstring(string.dump(function(a, b) return a + b, "dumped" end))
print(f(1, 2))
print((pcall(string.dump, print)))
print(type(string.dump(function() end)))

--> 3	dumped
--> false
--> string
