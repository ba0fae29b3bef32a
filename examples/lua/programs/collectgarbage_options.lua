-- The options of collectgarbage, and newproxy.
-- only: luajit
local function try(f, ...) print(select(2, pcall(f, ...))) end
try(function() collectgarbage("x") end)
try(function() collectgarbage({}) end)
try(function() collectgarbage("step", {}) end)
print(collectgarbage("isrunning"), collectgarbage("stop"), collectgarbage("isrunning"))
print(type(collectgarbage("step")), collectgarbage("isrunning"))
collectgarbage("stop")
print(collectgarbage("restart"), collectgarbage("isrunning"))
print(collectgarbage("step", 1000000), type(collectgarbage("step", -1)))
collectgarbage("setpause", 200)
collectgarbage("setstepmul", 200)
print(collectgarbage("setpause", 100), collectgarbage("setpause", 200))
print(collectgarbage("setstepmul", 300), collectgarbage("setstepmul", 200))
print(collectgarbage(nil), gcinfo() > 0, gcinfo() <= collectgarbage("count"))
collectgarbage("stop")
local before = collectgarbage("count")
local many = {}
for i = 1, 10000 do many[i] = { i } end
print(collectgarbage("count") - before > 100)
many = nil
collectgarbage("restart")
collectgarbage()
print(collectgarbage("count") - before < 100)
print(type(newproxy()), getmetatable(newproxy()), getmetatable(newproxy(false)))
local proxy = newproxy(true)
local metatable = getmetatable(proxy)
print(type(metatable), next(metatable), getmetatable(newproxy(proxy)) == metatable, newproxy(proxy) == proxy)
metatable.__index = function(_, key) return key .. "!" end
metatable.__len = function() return 42 end
metatable.__call = function(_, ...) return ... end
print(proxy.field, #proxy, proxy(1, 2), newproxy(proxy).other)
try(function() newproxy(1) end)
try(function() newproxy(newproxy()) end)
try(function() newproxy(io.stdout) end)

--> collectgarbage_options.lua:4: bad argument #1 to 'collectgarbage' (invalid option 'x')
--> collectgarbage_options.lua:5: bad argument #1 to 'collectgarbage' (string expected, got table)
--> collectgarbage_options.lua:6: bad argument #2 to 'collectgarbage' (number expected, got table)
--> true	0	false
--> boolean	true
--> 0	true
--> true	boolean
--> 200	100
--> 200	300
--> 0	true	true
--> true
--> true
--> userdata	nil	nil
--> table	nil	true	false
--> field!	42	1	other!
--> collectgarbage_options.lua:34: bad argument #1 to 'newproxy' (boolean or proxy expected)
--> collectgarbage_options.lua:35: bad argument #1 to 'newproxy' (boolean or proxy expected)
--> collectgarbage_options.lua:36: bad argument #1 to 'newproxy' (boolean or proxy expected)
