-- Hexadecimal floats.
-- only: luajit
print(0x1p4, 0x.8, 0x.8p1, 0xA.8, 0x1P-2, 0x1p+3, 0xff.ff)
print(0x10p0, 0x0.1, 0x1.8p1, 0x123456789abcdef)
print(tonumber("0x1p4"), tonumber("0x.8p1"), tonumber("0x1p"), tonumber("0x.p1"))
print("0x1p2" + 1, "0xA.8" * 2)

--> 16	0.5	1	10.5	0.25	8	255.99609375
--> 16	0.0625	3	8.1985529216487e+16
--> 16	1	nil	nil
--> 5	21
