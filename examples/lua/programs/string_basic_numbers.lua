-- The string library accepts numbers as strings, and truncates fractional indices.
print(string.len(12345), string.sub(12345, 2, 3), string.upper(1.5), string.rep(7, 3))
print(("abcdef"):sub(2.9, 4.2), ("abcdef"):sub("2", "3"), ("x"):rep("3"), ("x"):rep(2.7))
print(string.byte(65), string.reverse(123), string.find(12345, 34), string.find("a1b", 1))
print(string.format(5), (5 .. ""):rep(2))
print(#tostring(12345), tostring(12):len())
print(("abc"):sub(1, 1 / 0) == "abc" or "implementation", ("abc"):byte(1.9))
print(pcall(string.sub, "abc", "x"))
print(pcall(string.rep, "abc"))

--> 5	23	1.5	777
--> bcd	bc	xxx	xx
--> 54	321	3	2	2
--> 5	55
--> 5	2
--> implementation	97
--> false	bad argument #2 to '?' (number expected, got string)
--> false	bad argument #2 to '?' (number expected, got no value)
