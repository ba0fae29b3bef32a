-- The bit library.
-- only: luajit
print(bit.band(0xff, 0x0f), bit.bor(1, 2, 4), bit.bxor(0xff, 0x0f), bit.bnot(0), bit.bnot(-1))
print(bit.lshift(1, 4), bit.rshift(256, 4), bit.rshift(-1, 28), bit.arshift(-256, 4), bit.lshift(1, 31))
print(bit.rol(0x12345678, 8), bit.ror(0x12345678, 8), bit.bswap(0x12345678))
print(bit.tobit(0xffffffff), bit.tobit(2 ^ 31), bit.tobit(2 ^ 32 + 5), bit.tobit(-1), bit.tobit(1.5), bit.tobit(2.5))
print(bit.tohex(255), bit.tohex(255, 4), bit.tohex(-1), bit.tohex(255, -4), bit.tohex(0x12345678, 2))
print(bit.band(1, 3, 5, 7), pcall(bit.band))
print(bit.lshift(1, 32), bit.lshift(1, 33), bit.rshift(1, 32), bit.lshift(1, -1))
print(bit.band("255", "15"), pcall(bit.band, "x", 1))
local h = 5381
for c in ("hash me"):gmatch(".") do h = bit.tobit(bit.bxor(bit.lshift(h, 5) + h, c:byte())) end
print(h, bit.tohex(h))
local function popcount(x) local n = 0; while x ~= 0 do n = n + bit.band(x, 1); x = bit.rshift(x, 1) end return n end
print(popcount(0xff), popcount(-1), popcount(0x12345678))

--> 15	7	240	-1	0
--> 16	16	15	-16	-2147483648
--> 878082066	2014458966	2018915346
--> -1	-2147483648	5	-1	2	2
--> 000000ff	00ff	ffffffff	00FF	78
--> 1	false	bad argument #1 to '?' (number expected, got no value)
--> 1	2	1	-2147483648
--> 15	false	bad argument #1 to '?' (number expected, got string)
--> 815816287	30a05e5f
--> 8	32	13
