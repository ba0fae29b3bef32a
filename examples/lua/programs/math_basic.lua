-- The math library.
print(math.floor(3.7), math.floor(-3.7), math.ceil(3.2), math.ceil(-3.2), math.floor(5), math.ceil(5))
print(math.abs(-5), math.abs(5), math.abs(-0.5), math.max(1, 5, 3), math.min(4, 2, 8), math.max(7), math.min(-1, -2))
print(math.sqrt(16), math.sqrt(2), math.pow(2, 10), math.exp(0), math.log(1), math.log10(1000), ("%.10f"):format(math.exp(1)))
print(("%.10f %.10f %.10f"):format(math.sin(1), math.cos(1), math.tan(1)))
print(("%.10f %.10f %.10f %.10f"):format(math.asin(0.5), math.acos(0.5), math.atan(1), math.atan2(1, -1)))
print(("%.10f %.10f %.10f"):format(math.sinh(1), math.cosh(1), math.tanh(1)))
print(math.deg(math.pi), math.rad(180) == math.pi, ("%.6f"):format(math.deg(1)))
print(math.fmod(7, 3), math.fmod(-7, 3), math.modf(3.7), math.modf(-3.7))
print(math.modf(5), math.modf(1 / 0), math.modf(-0.5))
print(math.frexp(8), math.frexp(0.3), math.frexp(0), math.ldexp(0.5, 4), math.ldexp(1, -2))
print(math.pi, math.huge, -math.huge, math.huge == 1 / 0)
print(math.floor(1e15), math.floor(-1e15 - 0.5), math.floor(2 ^ 53), math.ceil(1e100) == 1e100)
print(math.floor("3.7"), math.max("1", 2), math.sqrt("9"))
print(pcall(math.max), pcall(math.floor, {}))
print(math.fmod(5, 1 / 0), math.fmod(0, 5), math.atan2(0, -1), math.atan2(-1, 0) < 0)
print(math.cos(0), math.sin(0), math.tan(0), math.acos(1), math.log(0), math.sqrt(0))
print(math.max(1, 0 / 0, 2) ~= nil, math.min(2 ^ 53, 1), math.abs(-0) == 0)

--> 3	-4	4	-3	5	5
--> 5	5	0.5	5	2	7	-2
--> 4	1.4142135623731	1024	1	0	3	2.7182818285
--> 0.8414709848 0.5403023059 1.5574077247
--> 0.5235987756 1.0471975512 0.7853981634 2.3561944902
--> 1.1752011936 1.5430806348 0.7615941560
--> 180	true	57.295780
--> 1	-1	3	-3	-0.7
--> 5	inf	-0	-0.5
--> 0.5	0.6	0	8	0.25
--> 3.1415926535898	inf	-inf	true
--> 1e+15	-1e+15	9.007199254741e+15	true
--> 3	2	3
--> false	false	bad argument #1 to '?' (number expected, got table)
--> 5	0	3.1415926535898	true
--> 1	0	0	0	-inf	0
--> true	1	true
