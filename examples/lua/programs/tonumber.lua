-- tonumber of all kinds of values.
for _, s in ipairs { "1", "1.5", " 1 ", "\t1\n", "1e3", "1E3", "0x10", "0XfF", "-1", "-0x10", "+1", "+0x1", ".5", "5.", "1e", "e1", "",
  " ", "abc", "1a", "1 2", "0x", "1..2", "--1", "- 1", "1e+2", "1e-2", "1e+", "inf2", "1_000", "1,5", "٣", "00012", "1e400", "-1e400" } do
  print("'" .. s .. "'", tonumber(s))
end
print(tonumber(5), tonumber(nil), tonumber {}, tonumber(true), tonumber(print))
print(tonumber("10", 2), tonumber("ff", 16), tonumber("FF", 16), tonumber("zz", 36), tonumber("777", 8), tonumber("8", 8))
print(tonumber(" 11 ", 2), tonumber("", 10), tonumber("1.5", 10), tonumber("1e1", 16), tonumber("z", 35))
print(tonumber("10", 10), tonumber(10, 10), tonumber("0x10", 16), tonumber("7fffffff", 16), tonumber("ffffffff", 16))
print(pcall(tonumber, "1", 1), pcall(tonumber, "1", 37))
print(pcall(tonumber))
print(tonumber("123456789012345678901234567890"), tonumber("0x1fffffffffffff"), tonumber("1e15"), tonumber("0.1") == 0.1)
print(tonumber("ffffffffffffffff", 16), tonumber("fffffffffffffffff0", 16), tonumber(("z"):rep(20), 36))

--> '1'	1
--> '1.5'	1.5
--> ' 1 '	1
--> '	1
--> '	1
--> '1e3'	1000
--> '1E3'	1000
--> '0x10'	16
--> '0XfF'	255
--> '-1'	-1
--> '-0x10'	-16
--> '+1'	1
--> '+0x1'	1
--> '.5'	0.5
--> '5.'	5
--> '1e'	nil
--> 'e1'	nil
--> ''	nil
--> ' '	nil
--> 'abc'	nil
--> '1a'	nil
--> '1 2'	nil
--> '0x'	nil
--> '1..2'	nil
--> '--1'	nil
--> '- 1'	nil
--> '1e+2'	100
--> '1e-2'	0.01
--> '1e+'	nil
--> 'inf2'	nil
--> '1_000'	nil
--> '1,5'	nil
--> '٣'	nil
--> '00012'	12
--> '1e400'	inf
--> '-1e400'	-inf
--> 5	nil	nil	nil	nil
--> 2	255	255	1295	511	nil
--> 3	nil	1.5	481	nil
--> 10	10	16	2147483647	4294967295
--> false	false	bad argument #2 to '?' (base out of range)
--> false	bad argument #1 to '?' (value expected)
--> 1.2345678901235e+29	9.007199254741e+15	1e+15	true
--> 1.844674407371e+19	1.844674407371e+19	1.844674407371e+19
