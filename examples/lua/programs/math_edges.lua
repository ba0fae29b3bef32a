-- Infinities, NaN and tiny numbers in the math library; math.random's numbers.
-- only: luajit
local inf, nan, tiny = math.huge, 0 / 0, 2 ^ -1074
for _, x in ipairs { 0, -0, 1, -0.5, 3.75, -3.75, inf, -inf, tiny, -2 ^ 1023, 2 ^ 52 + 0.5 } do
  print(x, math.modf(x))
  print(x, math.frexp(x))
end
print(math.ldexp(1, 1e10), math.ldexp(-1, -1e10), math.ldexp(tiny, 1074), math.ldexp(3, -1075) == 2 * tiny, math.ldexp(0.5, 1.9), math.ldexp(1, -0.9))
print(math.ldexp(inf, -5), math.ldexp(0, 1e300), math.ldexp(1, inf), math.ldexp(1, -inf), math.ldexp(2 ^ 1023, -2097) == tiny)
print(math.fmod(5.5, inf), math.fmod(-6, 4), math.fmod(6, -4), math.fmod(-0, 1), math.fmod(1e300, 3))
print(math.max(1, inf), math.min(-inf, 1), math.max(-0, 0), math.max(0, -0), math.min("10", 9), math.max("10", 9))
print(math.log(8, 2), math.log(8, 1), math.log(2, 8) == 1 / 3, math.log(0, 10), math.log(inf))
print(math.deg(1), math.rad(1), math.pow(2, 0.5), math.pow(-8, 3), math.atan2(-0, -1), math.atan2(0, 0))
print(math.floor(-0.5), math.ceil(-0), math.floor(2 ^ 60 + 1), math.ceil(tiny), math.floor(-tiny), math.abs(-inf))
math.randomseed(42)
print(math.random(), math.random(), math.random(100), math.random(-5, 5), math.random(0), math.random(2.5, 4))
math.randomseed(-1.5)
print(math.random(), math.random("1000"), math.random(2, 1), (math.random(2 ^ 53)))
local function try(f) print(select(2, pcall(f))) end
try(function() math.max() end)
try(function() math.max(1, nil) end)
try(function() math.random({}) end)
try(function() math.random(1, nil) end)
try(function() math.randomseed() end)
try(function() math.log(1, nil) end)
try(function() math.fmod(1) end)
try(function() math.ldexp("x", 1) end)

--> 0	0	0
--> 0	0	0
--> -0	-0	-0
--> -0	-0	0
--> 1	1	0
--> 1	0.5	1
--> -0.5	-0	-0.5
--> -0.5	-0.5	0
--> 3.75	3	0.75
--> 3.75	0.9375	2
--> -3.75	-3	-0.75
--> -3.75	-0.9375	2
--> inf	inf	0
--> inf	inf	0
--> -inf	-inf	-0
--> -inf	-inf	0
--> 4.9406564584125e-324	0	4.9406564584125e-324
--> 4.9406564584125e-324	0.5	-1073
--> -8.9884656743116e+307	-8.9884656743116e+307	-0
--> -8.9884656743116e+307	-0.5	1024
--> 4.5035996273705e+15	4.5035996273705e+15	0
--> 4.5035996273705e+15	0.5	53
--> inf	-0	1	true	1	1
--> inf	0	inf	0	true
--> 5.5	-2	2	-0	0
--> inf	-inf	0	-0	9	10
--> 3	inf	true	-inf	inf
--> 57.295779513082	0.017453292519943	1.4142135623731	-512	-3.1415926535898	0
--> -1	-0	1.1529215046068e+18	1	-1	inf
--> 0.95607928791821	0.0089557217859255	54	-1	1	4.5
--> 0.35025644543951	899	2	6.2385952910504e+15
--> math_edges.lua:20: bad argument #1 to 'max' (number expected, got no value)
--> math_edges.lua:21: bad argument #2 to 'max' (number expected, got nil)
--> math_edges.lua:22: bad argument #1 to 'random' (number expected, got table)
--> math_edges.lua:23: bad argument #2 to 'random' (number expected, got nil)
--> math_edges.lua:24: bad argument #1 to 'randomseed' (number expected, got no value)
--> math_edges.lua:25: bad argument #2 to 'log' (number expected, got nil)
--> math_edges.lua:26: bad argument #2 to 'fmod' (number expected, got no value)
--> math_edges.lua:27: bad argument #1 to 'ldexp' (number expected, got string)
