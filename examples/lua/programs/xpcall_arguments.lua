-- xpcall with arguments, and with a handler of the wrong type.
-- only: luajit
print(xpcall(function(...) return select("#", ...), ... end, print, 1, nil, 3))
print(xpcall(function(a) error(a, 0) end, function(e) return "<" .. e .. ">" end, "arg"))
print(xpcall(math.max, print, 1, 5, 3))
print(xpcall(error, function(e) return e end, "thrown"))
print(pcall(xpcall))

--> true	3	1	nil	3
--> false	<arg>
--> true	5
--> false	thrown
--> false	bad argument #1 to '?' (value expected)
