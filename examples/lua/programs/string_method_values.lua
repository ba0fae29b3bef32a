-- Methods on strings, numbers as strings, and strings as keys.
local s = "abc"
print(s["len"] == string.len, ("x").y, #s, s:len())
print(pcall(function() return s.x.y end))
print(pcall(function() s.x = 1 end))
print(("5"):rep(3) + 1, ("%d"):format("12") * 2)
string.shout = function(self) return self:upper() .. "!" end
print(s:shout(), ("hi"):shout())
string.shout = nil
print(pcall(function() return s:shout() end))
local mt = getmetatable("")
local old = mt.__index
mt.__index = function(str, k) if type(k) == "number" then return old.sub(str, k, k) end return old[k] end
print(("hello")[1], ("hello")[5], ("hello"):upper())
mt.__index = old
mt.__add = function(a, b) return "added" end
print(pcall(function() return "x" + 1 end))
print("10" + 5)
mt.__add = nil
mt.__call = function(str, arg) return str .. "(" .. tostring(arg) .. ")" end
print(("f")(1), s("x"))
mt.__call = nil
mt.__unm = function(str) return str:reverse() end
print(-s, -"10")
mt.__unm = nil
local keys = {}
keys["a\0b"] = 1
keys["a\0c"] = 2
print(keys["a\0b"], keys["a\0c"], keys["a"])

--> true	nil	3	3
--> false	string_method_values.lua:4: attempt to index field 'x' (a nil value)
--> false	string_method_values.lua:5: attempt to index upvalue 's' (a string value)
--> 556	24
--> ABC!	HI!
--> false	string_method_values.lua:10: attempt to call method 'shout' (a nil value)
--> h	o	HELLO
--> true	added
--> 15
--> f(1)	abc(x)
--> cba	-10
--> 1	2	nil
