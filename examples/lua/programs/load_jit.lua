-- load with strings, modes and environments.
-- only: luajit
print(load("return 1")())
print(load("return x", "=c", "t", { x = "in env" })())
print(load("return x", "=c", "b"))
local env = {}
load("y = 5", "c", "t", env)()
print(env.y, y)
print(loadstring("return 1", "c") ~= nil)

--> 1
--> in env
--> nil	attempt to load chunk with wrong mode
--> 5	nil
--> true
