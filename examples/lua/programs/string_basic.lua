-- string.len, sub, upper, lower, rep, reverse, byte, char.
local s = "Hello, World"
print(s:len(), s:upper(), s:lower(), s:reverse(), s:rep(2))
print(s:sub(1, 5), s:sub(8), s:sub(-5), s:sub(-5, -2), s:sub(3, 3), s:sub(0), s:sub(-100, 3), s:sub(5, 100))
print("[" .. s:sub(5, 4) .. "]", "[" .. s:sub(100) .. "]", "[" .. s:sub(2, -100) .. "]", "[" .. s:sub(-3, -5) .. "]")
print(s:byte(), s:byte(2), s:byte(-1), s:byte(1, 3))
print(select("#", s:byte(100)), select("#", s:byte(3, 2)), select("#", ("abc"):byte(-2, -1)))
print(string.char(72, 105), string.char() == "", #string.char(0, 255), string.char(0):byte())
print(("x"):rep(0) == "", ("x"):rep(-1) == "", ("ab"):rep(3), #("abc"):rep(1000))
print((""):upper() == "", (""):reverse() == "", (""):byte() == nil)

--> 12	HELLO, WORLD	hello, world	dlroW ,olleH	Hello, WorldHello, World
--> Hello	World	World	Worl	l	Hello, World	Hel	o, World
--> []	[]	[]	[]
--> 72	101	100	72	101	108
--> 0	0	2
--> Hi	true	2	0
--> true	true	ababab	3000
--> true	true	true
