-- Locals of a caller, and parameters of a function.
-- only: luajit
local function f() print(debug.getlocal(2, 1)) print(debug.setlocal(2, 1, "new")) end
local function g() local a = "old" f() return a end
print(g())
print(debug.getlocal(function(p, q) end, 1))

--> a	old
--> a
--> new
--> p
