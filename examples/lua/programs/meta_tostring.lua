-- __tostring and __metatable and __name.
local t = setmetatable({}, { __tostring = function(self) return "custom" end })
print(t, tostring(t), "x" .. tostring(t))
print(("%s|%10s"):format(tostring(t), tostring(t)))
print((tostring {}:gsub("0x%x+", "ADDR")), (tostring(print):gsub(":.*", "")))
print((tostring(coroutine.create(function() end)):gsub("0x%x+", "ADDR")))
local p = setmetatable({}, { __metatable = "locked" })
print(getmetatable(p), pcall(setmetatable, p, {}))
print(getmetatable("abc").__index == string, getmetatable("abc") == getmetatable "")
print(getmetatable {}, getmetatable(1), getmetatable(nil), getmetatable(print))
print(pcall(setmetatable, 1, {}))
print(pcall(setmetatable, {}))
print(pcall(setmetatable, {}, 1))
print(setmetatable({}, nil) ~= nil, getmetatable(setmetatable(setmetatable({}, {}), nil)))
print(pcall(tostring))
print(pcall(getmetatable))
print(tostring(nil), tostring(true), tostring(-1.5), tostring("s"), tostring(1e100))

--> custom	custom	xcustom
--> custom|    custom
--> table: ADDR	function
--> thread: ADDR
--> locked	false	cannot change a protected metatable
--> true	true
--> nil	nil	nil	nil
--> false	bad argument #1 to '?' (table expected, got number)
--> false	bad argument #2 to '?' (nil or table expected)
--> false	bad argument #2 to '?' (nil or table expected)
--> true	nil
--> false	bad argument #1 to '?' (value expected)
--> false	bad argument #1 to '?' (value expected)
--> nil	true	-1.5	s	1e+100
