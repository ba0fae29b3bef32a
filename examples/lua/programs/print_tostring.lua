-- print, tostring, and how they are connected.
print()
print(nil, true, 1, "s", -0.5)
print("tab\there", "", "end")
local old = tostring
local seen = {}
tostring = function(v) seen[#seen + 1] = type(v); return old(v) end
print(1, "x", nil)
tostring = old
print(#seen)
print(("x"):rep(70000):len())
io.write("a", "b", 1, "\n")
io.write(1 / 3, " ", 1e15, " ", 2 ^ 53, "\n")
print(old(print):sub(1, 9), type(old({})))
print(setmetatable({}, { __tostring = function() return "obj" end }), 1)
print(pcall(print, setmetatable({}, { __tostring = function() error("in tostring", 0) end })))
print(select("#", print()))
-- What came before the error is written, without the tab after it.
local thrower = setmetatable({}, { __tostring = function() error("again", 0) end })
print(pcall(print, 1, "two", thrower, 4))
print(pcall(print, thrower, 2))

-->
--> nil	true	1	s	-0.5
--> tab	here		end
--> 1	x	nil
--> 3
--> 70000
--> ab1
--> 0.33333333333333 1e+15 9.007199254741e+15
--> function:	string
--> obj	1
--> false	in tostring
-->
--> 0
--> 1	twofalse	again
--> false	again
