-- Steps of a given size end a cycle.
collectgarbage()
local a = {} for i = 1, 100 do a[i] = {{}} end
local i = 0
repeat i = i + 1 until collectgarbage("step", 4) or i >= 1e5
print(i < 1e5)

--> true
