-- Numbers at the limits of 32 bits, counts beyond them, and widths of tohex.
-- only: luajit
local numbers = { 0, -0, 1, -1, 0.5, 1.5, 2.5, -0.5, -1.5, 2 ^ 31, 2 ^ 31 - 1, -2 ^ 31, -2 ^ 31 - 1, 2 ^ 32, 2 ^ 32 - 1, 2 ^ 33 + 7,
  2 ^ 40 + 0.5, -2 ^ 40 - 0.5, 2 ^ 51 - 1, 2 ^ 51, 2 ^ 52 + 1, 2 ^ 53 }
for _, x in ipairs(numbers) do
  print(x, bit.tobit(x), bit.bnot(x), bit.bswap(x), bit.tohex(x), bit.lshift(x, 1), bit.rshift(x, 1), bit.arshift(x, 33), bit.rol(x, -4), bit.ror(x, 36))
end
for _, n in ipairs { 0, 1, 7, 8, 9, 16, 20, -1, -8, -12, 255, 256, 2 ^ 31, 300.4 } do
  print(n, bit.tohex(0x1234abcd, n), bit.tohex(0, n), bit.tohex(-1, n))
end
print(bit.bor("0x10", "3"), bit.bxor(1, 2, 4, 8, 1), bit.band(7), bit.tohex("255", "4"))
local function try(f) print(select(2, pcall(f))) end
try(function() bit.band(1, nil) end)
try(function() bit.lshift(1) end)
try(function() bit.tohex() end)
try(function() bit.tohex(1, {}) end)
try(function() bit.bswap(true) end)

--> 0	0	-1	0	00000000	0	0	0	0	0
--> -0	0	-1	0	00000000	0	0	0	0	0
--> 1	1	-2	16777216	00000001	2	0	0	268435456	268435456
--> -1	-1	0	-1	ffffffff	-2	2147483647	-1	-1	-1
--> 0.5	0	-1	0	00000000	0	0	0	0	0
--> 1.5	2	-3	33554432	00000002	4	1	1	536870912	536870912
--> 2.5	2	-3	33554432	00000002	4	1	1	536870912	536870912
--> -0.5	0	-1	0	00000000	0	0	0	0	0
--> -1.5	-2	1	-16777217	fffffffe	-4	2147483647	-1	-268435457	-268435457
--> 2147483648	-2147483648	2147483647	128	80000000	0	1073741824	-1073741824	134217728	134217728
--> 2147483647	2147483647	-2147483648	-129	7fffffff	-2	1073741823	1073741823	-134217729	-134217729
--> -2147483648	-2147483648	2147483647	128	80000000	0	1073741824	-1073741824	134217728	134217728
--> -2147483649	2147483647	-2147483648	-129	7fffffff	-2	1073741823	1073741823	-134217729	-134217729
--> 4294967296	0	-1	0	00000000	0	0	0	0	0
--> 4294967295	-1	0	-1	ffffffff	-2	2147483647	-1	-1	-1
--> 8589934599	7	-8	117440512	00000007	14	3	3	1879048192	1879048192
--> 1099511627776.5	0	-1	0	00000000	0	0	0	0	0
--> -1099511627776.5	0	-1	0	00000000	0	0	0	0	0
--> 2.2517998136852e+15	-1	0	-1	ffffffff	-2	2147483647	-1	-1	-1
--> 2.2517998136852e+15	0	-1	0	00000000	0	0	0	0	0
--> 4.5035996273705e+15	0	-1	0	00000000	0	0	0	0	0
--> 9.007199254741e+15	0	-1	0	00000000	0	0	0	0	0
--> 0			
--> 1	d	0	f
--> 7	234abcd	0000000	fffffff
--> 8	1234abcd	00000000	ffffffff
--> 9	01234abcd	000000000	0ffffffff
--> 16	000000001234abcd	0000000000000000	00000000ffffffff
--> 20	0000000000001234abcd	00000000000000000000	000000000000ffffffff
--> -1	D	0	F
--> -8	1234ABCD	00000000	FFFFFFFF
--> -12	00001234ABCD	000000000000	0000FFFFFFFF
--> 255	1234abcd	0	ffffffff
--> 256	1234abcd		ffffffff
--> 2147483648			
--> 300.4	0000000000000000000000000000000000001234abcd	00000000000000000000000000000000000000000000	000000000000000000000000000000000000ffffffff
--> 19	14	7	00ff
--> bit_edges.lua:13: bad argument #2 to 'band' (number expected, got nil)
--> bit_edges.lua:14: bad argument #2 to 'lshift' (number expected, got no value)
--> bit_edges.lua:15: bad argument #1 to 'tohex' (number expected, got no value)
--> bit_edges.lua:16: bad argument #2 to 'tohex' (number expected, got table)
--> bit_edges.lua:17: bad argument #1 to 'bswap' (number expected, got boolean)
