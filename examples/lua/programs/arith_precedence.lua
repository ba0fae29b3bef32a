-- Which operator binds tighter, and from which side.
print(2 ^ 3 ^ 2, (2 ^ 3) ^ 2)
print(-2 ^ 2, (-2) ^ 2, 2 ^ -1, -2 ^ -2)
print(not nil == true, not (nil == true))
print(1 .. 2 == "12", "a" .. 1 + 2 .. "b")
print(2 * 3 % 4, 2 + 3 % 4, 7 - 3 - 2, 64 / 4 / 2)
print(1 < 2 == true, "x" < "y" == not false)
print(not 1 == 2, #"abc" + 1, -#"abc", - -3)
print(1 or 2 and 3, (1 or 2) and 3, nil and 1 or 2, false or nil)
print(3 - -3, 3 - - -3, not not nil)
print("a" .. "b" == "ab" and 1 + 1 == 2 or 3)
print((#"ab") ^ 2, 2 ^ #"abc", -(#"abc") ^ 2, (pcall(function() return #"ab" ^ 2 end)))
print(5 - 2 .. 5 + 2)

--> 512	64
--> -4	4	0.5	-0.25
--> true	true
--> true	a3b
--> 2	5	2	8
--> true	true
--> false	4	-3	3
--> 1	3	2	nil
--> 6	0	false
--> true
--> 4	8	-9	false
--> 37
