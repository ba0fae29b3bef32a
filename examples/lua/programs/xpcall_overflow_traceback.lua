-- A traceback of a stack overflow shows who recursed.
-- only: luajit
local function f(n) return 1 + f(n + 1) end
local _, tb = xpcall(f, debug.traceback, 1)
local _, lines = tostring(tb):gsub("\n", "")
print(lines > 10)

--> true
