-- Table constructors in every form.
local function f() return "a", "b", "c" end
local t = { 1, 2, 3; 4, [10] = "ten", x = "ex", ["y z"] = "spaced", f() }
print(#t >= 7, t[4], t[5], t[6], t[7], t[10], t.x, t["y z"])
print(#{ f() }, #{ f(), f() }, #{ (f()) }, #{ f(), nil })
t = { [1] = "one", "first" }
print(t[1])
t = { {}, { {} }, { a = { b = { c = 1 } } } }
print(#t, #t[2], t[3].a.b.c)
local k = "dyn"
t = { [k] = 1, [k .. "2"] = 2, [1 + 1] = "two", [true] = "yes", [f] = "func" }
print(t.dyn, t.dyn2, t[2], t[true], t[f])
t = { x = 1, x = 2 }
print(t.x)
t = { print = print, ["end"] = 1, ["and"] = 2 }
print(t["end"] + t["and"])
local big = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
  31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60 }
print(#big, big[50], big[51], big[60])
t = { nil, nil, 3 }
print(t[1], t[2], t[3])
print(#{ n = nil }, next { n = nil })
t = { 0.5, -1, "s", false, [0] = "zero", [-1] = "minus", [1.5] = "frac" }
print(t[1], t[4], t[0], t[-1], t[1.5])
local o = { name = "o", m = function(self) return self.name end, nested = { 1, { 2, { 3 } } } }
print(o:m(), o.nested[2][2][1])
print(({ 10, 20, 30 })[2], ({ a = 5 }).a, #{ ... })

--> true	4	a	b	c	ten	ex	spaced
--> 3	4	1	1
--> first
--> 3	1	1
--> 1	2	two	yes	func
--> 2
--> 3
--> 60	50	51	60
--> nil	nil	3
--> 0	nil
--> 0.5	false	zero	minus	frac
--> o	3
--> 20	5	0
