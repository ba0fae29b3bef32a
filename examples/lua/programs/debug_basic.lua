-- The parts of debug that programs use most.
print(type(debug.traceback()), debug.traceback("message"):match("^message\nstack traceback:\n") ~= nil)
local info = debug.getinfo(1, "Sl")
print(info.short_src, info.currentline, info.what)
local function f() return debug.getinfo(1, "n").name end
local name = f()
print(name)
print(debug.getinfo(print).what, debug.getinfo(f, "S").linedefined)
local t = {}
debug.setmetatable(t, { __index = { k = "v" } })
print(t.k, getmetatable(t).__index.k)
print(debug.getinfo(100))

--> string	true
--> debug_basic.lua	3	main
--> f
--> C	5
--> v	v
--> nil
