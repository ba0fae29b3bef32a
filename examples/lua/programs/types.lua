-- type, select, assert and other small functions.
print(type(nil), type(true), type(1), type("s"), type {}, type(print), type(function() end), type(coroutine.create(function() end)))
print(pcall(type))
print(select("#"), select("#", nil), select(2, 1, 2, 3), select(-1, 1, 2, 3))
print(select("2", "a", "b"), select(2.9, "a", "b", "c"))
print(assert(1, 2, 3), (assert("v")))
print(_VERSION)
print(type(_G), type(string), type(io), type(os), type(math), type(table), type(coroutine), type(package), type(debug))
for _, name in ipairs { "assert", "error", "ipairs", "next", "pairs", "pcall", "print", "rawequal", "rawget", "rawset", "select", "setmetatable", "tonumber",
  "tostring", "type", "unpack", "xpcall", "load", "loadstring", "dofile", "loadfile", "getfenv", "setfenv", "collectgarbage", "newproxy", "require", "module" } do
  if type(_G[name]) ~= "function" then print("missing", name) end
end
print(#arg, arg[0] ~= nil, type(arg))
print(not nil, not 0, not "", not not {})
print(type(type), type(type(1)), #type("x"))

--> nil	boolean	number	string	table	function	function	thread
--> false	bad argument #1 to '?' (value expected)
--> 0	1	2	3
--> b	b	c
--> 1	v
--> Lua 5.1
--> table	table	table	table	table	table	table	table	table
--> 0	true	table
--> true	false	false	true
--> function	string	6
