-- Builtins whose calls have ops of their own: found by name, with arguments of all kinds, replaced, and seen by hooks.
-- only: luajit
local floor, ceil, abs, sqrt, max, min = math.floor, math.ceil, math.abs, math.sqrt, math.max, math.min
local band, bor, bxor = bit.band, bit.bor, bit.bxor
local lshift, rshift, arshift = bit.lshift, bit.rshift, bit.arshift
local nan, huge = 0 / 0, math.huge

-- Numbers.
for _, x in ipairs { 0, -0, 0.5, -0.5, 2.25, -2.25, 1e300, -1e300, 2 ^ 53 + 1, huge, -huge } do
  print(floor(x), ceil(x), abs(x), max(x, 1), min(x, 1), 1 / floor(x), 1 / ceil(x), 1 / abs(x))
end
print(sqrt(2), sqrt(0), sqrt(huge), sqrt(-1) ~= sqrt(-1), floor(nan) ~= floor(nan), abs(nan) ~= abs(nan))
print(max(nan, 1), max(1, nan) ~= max(1, nan), min(nan, 1), min(1, nan) ~= min(1, nan))
for _, x in ipairs { 0, -1, 1.5, 2.5, -1.5, 0xffffffff, 2 ^ 31, 2 ^ 40 + 3, -2 ^ 33 - 5 } do
  print(band(x, 255), bor(x, 1), bxor(x, -1), lshift(x, 4), rshift(x, 4), arshift(x, 4), lshift(x, 33))
  print(lshift(1, x), rshift(-1, x), arshift(x, x), bor(x, x), (rshift(x, x)))
end

-- Texts, of both kinds, and places that are not in them.
local short, long = "abc", ("0123456789"):rep(10)
for _, at in ipairs { 1, 2, 3, 4, 0, -1, 1.5 } do print(short:byte(at), string.byte(short, at)) end
print(short:byte(), string.byte(short), long:byte(42), long:byte(100), long:byte(101), (""):byte())
print((short:byte(1, 2)), select("#", short:byte(1, 3)), select("#", short:byte(9)))

-- Parts of texts.
local sub = string.sub
for _, first in ipairs { 1, 2, 4, 0, -1, -2, -9, 1.9, huge, -huge } do
  print(short:sub(first), short:sub(first, 2), sub(short, first, -2), sub(short, 2, first), #long:sub(first, 50))
end
print((short:sub(1)), (sub(long, 95)), (sub(long, 5, 4)), (("x"):rep(70000):sub(1, 66000):len()), (short:sub(nan)))
print((sub(12345, 2, 3)), (short:sub("2")), (short:sub(2, "3")))

-- One value of `...`, or their number.
local function values(...)
  local all = {}
  for i = 1, select("#", ...) do all[i] = tostring(select(i, ...)) .. tostring((select(i - 1 - select("#", ...), ...))) end
  return table.concat(all, " "), select("#", ...) + 1, (select("#", ...)), (select("#extra", ...)), (select(9, ...))
end
print(values())
print(values(nil))
print(values(1, nil, "x", nil))
local function pick(i, ...) local one = select(i, ...); return one end
print(pick(1), pick("2", 1, 2, 3), pick(1.9, 1, 2), pick(-1, 1, 2), pick(2 ^ 31 - 1, 1, 2), pick(-2, 1, 2, 3))
local function all(i, ...) return select(i, ...) end
local function both(i, ...) return select(i, ...), select(i, ...) end
local function listed(i, ...) return { select(i, ...) }, { select(i, ...), select(i, ...) } end
print(all(2, 1, 2, 3), (all(2, 1, 2, 3)), both(2, 1, 2, 3))
print(#listed(2, 1, 2, 3), #select(2, listed(2, 1, 2, 3)))
local function named(...) return select("1", ...).x, select(1, ...).x, select(-1, ...):len() end
print(named({ x = 5 }, "four"))
do
  local select = function(...) return "other", ... end
  local function shadowed(...) local a = select(1, ...); return a, (select("#", ...)) end
  print(shadowed(7))
end
local function replaced(...) local a = select(1, ...); return a end
print(replaced(7))
local original = select
select = function(i) return -i end
print(replaced(7))
select = original
print(replaced(7))

-- Functions of one number that need the runtime.
local sin, exp, log, deg = math.sin, math.exp, math.log, math.deg
for _, x in ipairs { 0, 1, -2.5, 1e6, huge } do
  print(("%.10g %.10g %.10g %.10g"):format((sin(x)), (exp(x / 2)), (deg(x)), (math.tanh(x))), log(x * x) == math.log(x * x))
end
print(sin(nan) ~= sin(nan), (sin("0")), (log(8, 2)), log(1))

-- Arguments that are converted, and wrong ones.
print(floor("2.5"), max("10", 9), band("7", "3"), string.byte(123, 2), sqrt("16"))
local function message(f, ...) return (select(2, pcall(f, ...)):gsub("^.-:%d+: ", "")) end
print(message(function(x) return floor(x) end, {}))
print(message(function(x) local y = floor(x); return y end, nil))
print(message(function(x, y) return max(x, y) end, 1, print))
print(message(function(x) return math.sqrt(x) + 1 end, "x"))
print(message(function(s) return s:byte({}) end, "x"))
print(message(function() return floor() end))
print(message(function(x) math.abs(x) end))
print(message(function(s) return (s:sub({})) end, "x"))
print(message(function(s) return (s:sub()) end, "x"))
print(message(function(x) return (math.sin(x)) end, {}))
for _, index in ipairs { 0, -3, "x", print } do print(message(function(i, ...) local a = select(i, ...) end, index, 1, 2)) end
print(message(function(...) local a = select(...) end))

-- Where the result goes: nowhere, to a local, a field, a condition, an argument, a result.
local t, x = {}, -3
floor(x)
abs(x)
t.a, t[abs(x)] = abs(x), floor(2.5)
x = abs(x)
if floor(x) == 3 and max(x, 4) == 4 then print(t.a, t[3], x, (abs(-7))) end
print(max(abs(-1), abs(-2)), (floor(1.5)), floor(2.5))
local function last(v) return floor(v / 2) end
local function captured(v) local function get() return v end; return abs(v), get end
local function returned(v) local kept = function() return v end; t.kept = kept; return floor(v) end
print(last(7), select("#", last(7)), (captured(-1)), returned(3.5), t.kept())
print(pcall(function() return floor(1.5).field end))

-- The order in which arguments are evaluated.
local y = 1
local function change() y = 10; return 2 end
print(max(y, change()), min(change(), y))
y = 1
print(math.max(y, (function() y = 5; return 3 end)()), y)

-- Functions that have other values than their names say.
local tan = math.floor
tan = math.ceil
print(tan(1.5))
math.cos, string.sub = math.sin, string.rep
print(math.cos(0), (short:sub(2)))
math.cos, string.sub = nil, sub
local original = math.sqrt
math.sqrt = function(v) return "replaced " .. v end
print(math.sqrt(4), sqrt(4), original(9))
math.sqrt = nil
print(pcall(function() return math.sqrt(4) end))
math.sqrt = original
local math = { floor = function() return "mine" end, abs = floor }
print(math.floor(1.5), math.abs(1.5))
local function shadowed(floor) return floor(1.5) end
print(shadowed(ceil), shadowed(function() return "other" end))
local object = { byte = function(self, at) return self, at end }
print(object:byte(7) == object, select(2, object:byte(7)))
local called = setmetatable({}, { __call = function(_, v) return "called", v end })
local abs2 = called
print(abs2(1), (called(2)))

-- Methods of strings, which can change.
local function first(s) return s:byte(1) end
print(first("a"), first("b"))
local byte = string.byte
string.byte = function(s) return "own " .. s end
print(first("a"))
string.byte = byte
print(first("a"), ("x"):len(), pcall(first, 5))
local metatable = getmetatable("")
metatable.__index = function(_, name) return function(s, ...) return name, s, ... end end
print(first("a"))
metatable.__index = string
print(first("a"))
debug.setmetatable("", { __index = { byte = function() return "another" end } })
print(first("a"))
debug.setmetatable("", metatable)
print(first("a"))

-- A hook for calls sees them.
local seen = 0
debug.sethook(function() if debug.getinfo(2, "S").what == "C" then seen = seen + 1 end end, "c")
floor(1); abs(2); max(1, 2); short:byte(1); sin(1); short:sub(1)
debug.sethook()
print(seen)
floor(1)
print(seen)

--> 0	0	0	1	0	inf	inf	inf
--> -0	-0	0	1	-0	-inf	-inf	inf
--> 0	1	0.5	1	0.5	inf	1	2
--> -1	-0	0.5	1	-0.5	-1	-inf	2
--> 2	3	2.25	2.25	1	0.5	0.33333333333333	0.44444444444444
--> -3	-2	2.25	1	-2.25	-0.33333333333333	-0.5	0.44444444444444
--> 1e+300	1e+300	1e+300	1e+300	1	1e-300	1e-300	1e-300
--> -1e+300	-1e+300	1e+300	1	-1e+300	-1e-300	-1e-300	1e-300
--> 9.007199254741e+15	9.007199254741e+15	9.007199254741e+15	9.007199254741e+15	1	1.1102230246252e-16	1.1102230246252e-16	1.1102230246252e-16
--> inf	inf	inf	inf	1	0	0	0
--> -inf	-inf	inf	1	-inf	-0	-0	0
--> 1.4142135623731	0	inf	true	true	true
--> 1	true	1	true
--> 0	1	-1	0	0	0	0
--> 1	-1	0	0	0
--> 255	-1	0	-16	268435455	-1	-2
--> -2147483648	1	-1	-1	1
--> 2	3	-3	32	0	0	4
--> 4	1073741823	0	2	0
--> 2	3	-3	32	0	0	4
--> 4	1073741823	0	2	0
--> 254	-1	1	-32	268435455	-1	-4
--> 1073741824	3	-1	-2	3
--> 255	-1	0	-16	268435455	-1	-2
--> -2147483648	1	-1	-1	1
--> 0	-2147483647	2147483647	0	134217728	-134217728	0
--> 1	-1	-2147483648	-2147483648	-2147483648
--> 3	3	-4	48	0	0	6
--> 8	536870911	0	3	0
--> 251	-5	4	-80	268435455	-1	-10
--> 134217728	31	-1	-5	31
--> 97	97
--> 98	98
--> 99	99
--> nil
--> nil
--> 99	99
--> 97	97
--> 97	97	49	57	nil
--> 97	3	0
--> abc	ab	ab		50
--> bc	b	b	b	49
--> 			bc	47
--> abc	ab	ab		50
--> c			bc	0
--> bc	b	b	b	0
--> abc	ab	ab		0
--> abc	ab	ab		50
--> abc	ab	ab		50
--> abc	ab	ab		50
--> abc	456789		66000	abc
--> 23	bc	bc
--> 	1	0	0	nil
--> nilnil	2	1	1	nil
--> 11 nilnil xx nilnil	5	4	4	nil
--> nil	2	1	2	nil	2
--> 2	2	2	2	3
--> 2	3
--> 5	5	4
--> other	other
--> 7
--> -1
--> 7
--> 0 1 0 0	true
--> 0.8414709848 1.648721271 57.29577951 0.761594156	true
--> -0.5984721441 0.2865047969 -143.2394488 -0.9866142982	true
--> -0.3499935022 inf 57295779.51 1	true
--> nan inf inf 1	true
--> true	0	3	0
--> 2	10	3	50	4
--> bad argument #1 to '?' (number expected, got table)
--> bad argument #1 to 'floor' (number expected, got nil)
--> bad argument #2 to '?' (number expected, got function)
--> bad argument #1 to 'sqrt' (number expected, got string)
--> bad argument #2 to '?' (number expected, got table)
--> bad argument #1 to '?' (number expected, got no value)
--> bad argument #1 to 'abs' (number expected, got nil)
--> bad argument #1 to 'sub' (number expected, got table)
--> bad argument #1 to 'sub' (number expected, got no value)
--> bad argument #1 to 'sin' (number expected, got table)
--> bad argument #1 to 'select' (index out of range)
--> bad argument #1 to 'select' (index out of range)
--> bad argument #1 to 'select' (number expected, got string)
--> bad argument #1 to 'select' (number expected, got function)
--> bad argument #1 to 'select' (number expected, got no value)
--> 3	2	3	7
--> 2	1	2
--> 3	1	1	3	3.5
--> false	calls_of_builtins.lua:99: attempt to index a number value
--> 2	2
--> 3	5
--> 2
--> 0	abcabc
--> replaced 4	2	3
--> false	calls_of_builtins.lua:119: attempt to call field 'sqrt' (a nil value)
--> mine	1
--> 2	other
--> true	7
--> called	called
--> 97	98
--> own a
--> 97	1	false	calls_of_builtins.lua:132: attempt to index local 's' (a number value)
--> byte	a	1
--> 97
--> another
--> 97
--> 7
--> 7
