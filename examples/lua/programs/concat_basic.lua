-- Concatenation of strings and numbers.
print("a" .. "b" .. "c", 1 .. 2, 1.5 .. "x", -1 .. "", 2 ^ 53 .. "")
local s = ""
for i = 1, 10 do s = s .. i .. "," end
print(s)
local a, b, c = "x", 1, "y"
print(a .. b .. c .. a .. b .. c)
print(("a" .. "b") .. ("c" .. "d"), a .. (b + 1) .. c)
print(#("\0" .. "\0\0"), "" .. "" == "")
print(1e15 .. "", 1e14 .. "", 123456789012346 .. "", 0.1 .. "", 1e100 .. "", -0.0 .. "" == "-0" or "0")
print(10 .. "" == "10", tostring(10) .. 1 == "101")
local parts = {}
for i = 1, 5 do parts[i] = "p" .. i end
print(parts[1] .. parts[2] .. parts[3] .. parts[4] .. parts[5])

--> abc	12	1.5x	-1	9.007199254741e+15
--> 1,2,3,4,5,6,7,8,9,10,
--> x1yx1y
--> abcd	x2y
--> 3	true
--> 1e+15	1e+14	1.2345678901235e+14	0.1	1e+100	true
--> true	true
--> p1p2p3p4p5
