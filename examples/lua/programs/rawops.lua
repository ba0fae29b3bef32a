-- rawget, rawset, rawequal.
local log = {}
local mt = {
  __index = function(t, k) log[#log + 1] = "get " .. tostring(k); return "virtual" end,
  __newindex = function(t, k, v) log[#log + 1] = "set " .. tostring(k); rawset(t, k, v) end,
  __eq = function() return true end,
}
local a, b = setmetatable({}, mt), setmetatable({}, mt)
print(a.x, rawget(a, "x"))
a.x = 1
a.x = 2
print(a.x, rawget(a, "x"))
print(rawset(a, "y", 5) == a, a.y)
print(a == b, rawequal(a, b), rawequal(a, a), rawequal(1, 1), rawequal("a", "a"), rawequal(1, "1"))
print(table.concat(log, "; "))
print(pcall(rawget, 1, 2))
print(pcall(rawset, {}, nil, 1))
print(pcall(rawequal, 1))
print(pcall(rawset, {}, 1))

--> virtual	nil
--> 2	2
--> true	5
--> true	false	true	true	true	false
--> get x; set x
--> false	bad argument #1 to '?' (table expected, got number)
--> false	table index is nil
--> false	bad argument #2 to '?' (value expected)
--> false	bad argument #3 to '?' (value expected)
