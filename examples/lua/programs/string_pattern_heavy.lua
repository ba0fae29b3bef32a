-- Patterns on long subjects, and patterns with much backtracking.
local s = ("a"):rep(10000)
print(#s:match(".*"), #s:match(".-$"), s:find("b"), s:find(".*b"))
print(select(2, s:gsub("a", "b")), #s:gsub("a", "bc"))
print(s:match("^(a*)$") == s, #s:match("(a-)$"))
print((("x"):rep(1000) .. "y"):find("x*y"))
print((("ab"):rep(500)):find("(ab)*"), #(("ab"):rep(500)):gsub("ab", "c"))
local csv = {}
for i = 1, 200 do csv[i] = "field" .. i end
local line, n = table.concat(csv, ","), 0
for f in line:gmatch("[^,]+") do n = n + #f end
print(n)
print(("((((((((((x))))))))))"):match("%b()"), #("("):rep(100):gsub("%(", ""))
print(("aaaaaaaaaaaaaaaaaaaa"):find("a?a?a?a?a?a?a?a?aaaaaaaaaaaaaaaaaaaab"))
local deep = ("(" ):rep(200) .. (")"):rep(200)
print(#deep:match("%b()"))

--> 10000	10000	nil	nil
--> 10000	20000
--> true	10000
--> 1	1001
--> nil	500
--> 1492
--> ((((((((((x))))))))))	0
--> nil
--> 400
