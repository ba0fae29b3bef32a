-- string.gsub with strings, tables and functions.
print(("hello world"):gsub("o", "0"))
print(("hello world"):gsub("o", "0", 1))
print(("hello"):gsub("", "-"))
print(("hello"):gsub("l", "[%0]"), ("hello"):gsub("(l)(o)", "%2%1"), ("a%b"):gsub("%%", "%%%%"))
print(("abc"):gsub("%w", "%0%0"), ("abc"):gsub("b", ""), ("abc"):gsub("x", "y"))
print(("$name is $age"):gsub("%$(%w+)", { name = "Ann", age = 42 }))
print(("$a $b"):gsub("%$(%w+)", { a = false }))
print(("a b c"):gsub("%w", function(c) if c == "b" then return "B" end end))
print(("1 2 3"):gsub("%d", function(d) return d * 2 end))
print(("abc"):gsub("(a)(b)", function(x, y) return y .. x end))
print(("x y"):gsub("()", function(p) return p end))
print(("abc"):gsub(".", { a = 1, b = true and "two" }))
print(("hello"):gsub("^h", "H"), ("hello"):gsub("o$", "O"), ("hhh"):gsub("^h", "x"))
print(("a,b,c"):gsub(",", ", "), ("  x  "):gsub("^%s+", ""), ("x"):gsub("x", "%%"))
print(("abc def"):gsub("%f[%w]%w+", string.upper), ("abc"):gsub("%w", string.byte))
print(("a.b"):gsub("%.", "%%."), ("path/to"):gsub("/", "\\"))
print(("abc"):gsub("b", "%0", 0), ("aaa"):gsub("a", "b", 2), ("abc"):gsub("", "", 2))
print(string.rep("ab", 3):gsub("(a)(b)", "%2%1%0"))
print((("x"):gsub(".", { x = "found" })))
local n = 0
print((("a b c"):gsub("%a", function() n = n + 1 end)), n)
print(("one two"):gsub("(%w+) (%w+)", "%2 %1"))
print(("abc"):gsub("(b)()", "%2"))

--> hell0 w0rld	2
--> hell0 world	1
--> -h-e-l-l-o-	6
--> he[l][l]o	helol	a%%b	1
--> aabbcc	ac	abc	0
--> Ann is 42	2
--> $a $b	2
--> a B c	3
--> 2 4 6	3
--> bac	1
--> 1x2 3y4	4
--> 1twoc	3
--> Hello	hellO	xhh	1
--> a, b, c	x  	%	1
--> ABC DEF	979899	3
--> a%.b	path\to	1
--> abc	bba	abc	2
--> baabbaabbaab	3
--> found
--> a b c	3
--> two one	1
--> a3c	1
