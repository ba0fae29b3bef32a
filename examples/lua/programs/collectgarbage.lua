-- The options of collectgarbage.
print(type(collectgarbage("count")), collectgarbage("count") > 0)
print(collectgarbage(), collectgarbage("collect"))
local before = collectgarbage("count")
local t = {}
for i = 1, 20000 do t[i] = { i } end
print(collectgarbage("count") > before)
t = nil
collectgarbage()
print(collectgarbage("count") < before + 200)
print(collectgarbage("stop"), collectgarbage("restart"))
print(type(collectgarbage("setpause", 200)), type(collectgarbage("setstepmul", 200)))
print(type(collectgarbage("step")))
print(pcall(collectgarbage, "nonsense"))
print(type(gcinfo()))
local s = 0
for i = 1, 100000 do local x = { i, tostring(i) }; s = s + #x end
print(s)

--> number	true
--> 0	0
--> true
--> true
--> 0	0
--> number	number
--> boolean
--> false	bad argument #1 to '?' (invalid option 'nonsense')
--> number
--> 200000
