-- Missing and surplus arguments, nested calls, string and table calls.
local function f(a, b, c) return a, b, c end
print(f())
print(f(1))
print(f(1, 2, 3, 4))
print((f(1, 2, 3)))
print(f(f(1, 2)), f(f(1, 2, 3)))
print(f(1, f(2, 3)))
print(f(f(1), 9))
print(#f "text", f [[long]])
print(f { 1 }[1] == nil, type(f { 1 }))
local function id(...) return ... end
print(id(id(id(1, 2, 3))))
print(id(), (id()))
print(select("#", id()), select("#", (id())), select("#", id(nil, nil)))
local t = { id(1, 2), id(3, 4) }
print(#t, t[1], t[2], t[3])
local function noresult() end
print(noresult() == nil, type((noresult())), pcall(type, noresult()))
print((noresult()))

--> nil	nil	nil
--> 1	nil	nil
--> 1	2	3
--> 1
--> 1	1	2	3
--> 1	2	3
--> 1	9	nil
--> 4	long	nil	nil
--> false	table
--> 1	2	3
--> nil	nil
--> 0	1	2
--> 3	1	3	4
--> true	nil	false	bad argument #1 to '?' (value expected)
--> nil
