-- Strings that represent numbers are converted by arithmetic operators.
print("10" + 5, 10 + "5", "10" + "5")
print("3" * "4", "2" ^ "3", "7" % "4", "1" / "8", "5" - 7, -"2")
print(" 10 " + 1, "\t0x10\n" + 0, "1e2" * 1, ".5" + 0, "5." + 0)
print(10 .. 20, 1 .. "", "" .. -1.5)
local s = "12"
for i = 1, 3 do
  s = s * 2
  print(s, type(s))
end
for _, bad in ipairs { "", " ", "abc", "1x", "0x", "1 2", "--1", "1e", "1e+" } do
  local ok = pcall(function() return bad + 1 end)
  print("'" .. bad .. "'", ok)
end

--> 15	15	15
--> 12	8	3	0.125	-2	-2
--> 11	16	100	0.5	5
--> 1020	1	-1.5
--> 24	number
--> 48	number
--> 96	number
--> ''	false
--> ' '	false
--> 'abc'	false
--> '1x'	false
--> '0x'	false
--> '1 2'	false
--> '--1'	false
--> '1e'	false
--> '1e+'	false
