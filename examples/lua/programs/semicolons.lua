-- The places where semicolons are allowed, and several statements on one line.
local a = 1; local b = 2;
a = a + 1 b = b + 1 print(a, b)
do local c = 3; print(c); end
if a then print("x"); else print("y"); end;
local function f() return 1; end
print(f());
for i = 1, 2 do print(i); end;
local g = function() return end
print(g())
local t = { 1; 2, 3; }
print(#t)
a = 5 (print)(a)

--> 2	3
--> 3
--> x
--> 1
--> 1
--> 2
-->
--> 3
--> 5
