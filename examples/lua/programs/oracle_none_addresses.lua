-- Every table, function and thread has its own text, and keeps it.
-- oracle: none: the order of the lines is defined but the addresses are not
local t, u = {}, {}
print(tostring(t) == tostring(t), tostring(t) ~= tostring(u), tostring(t):match("^table: 0x%x+$") ~= nil)
local f = function() end
print(tostring(f):match("^function: 0x%x+$") ~= nil)
local co = coroutine.create(f)
print(tostring(co):match("^thread: 0x%x+$") ~= nil)
--> true	true	true
--> true
--> true
