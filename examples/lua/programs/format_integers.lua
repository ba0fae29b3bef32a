-- string.format: %d, %i, %u, %x, %X, %o, %c with flags.
print(("%d %i %5d|%-5d|%05d|%+d|% d"):format(42, -42, 42, 42, 42, 42, 42))
print(("%d"):format(3.0), ("%d"):format(-0), ("%d"):format("10"), ("%d"):format(2 ^ 31), ("%d"):format(2 ^ 53))
print(("%x %X %#x %o %#o %08x"):format(255, 255, 255, 8, 8, 48879))
print(("%u"):format(42), ("%5.3d|%-8.3d|%.0d|"):format(7, 7, 1))
print(("%c%c%c"):format(76, 117, 97), ("%5c|%-5c|"):format(65, 66))
print(("%3d|%3d|%3d"):format(1, 22, 4444), ("%d%%"):format(50))
print(("%x"):format(2 ^ 32 - 1), ("%d"):format(-2 ^ 31), ("%x"):format(0), ("%o"):format(0))
print(("%10d|%-10d|%+10d|%010d|%+.5d"):format(123, 123, 123, 123, 123))

--> 42 -42    42|42   |00042|+42| 42
--> 3	0	10	2147483648	9007199254740992
--> ff FF 0xff 10 010 0000beef
--> 42	  007|007     |1|
--> Lua	    A|B    |
-->   1| 22|4444	50%
--> ffffffff	-2147483648	0	0
-->        123|123       |      +123|0000000123|+00123
