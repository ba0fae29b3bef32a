-- Long table constructors with literals of all kinds.
-- only: luajit
local function make(n, item, rest)
  local parts = {}
  for i = 1, n do parts[i] = item(i) end
  return assert(loadstring("return {" .. table.concat(parts, ",") .. (rest or "") .. "}"))
end
local function sum(t, from, to)
  local all = 0
  for i = from or 1, to or #t do all = all + (tonumber(t[i]) or #tostring(t[i])) end
  return #t, all
end
for _, n in ipairs({ 1, 49, 50, 51, 63, 64, 65, 100, 127, 128, 500, 4095, 4096, 4097, 9000, 70000 }) do
  print(n, sum(make(n, function(i) return i end)()))
  print(sum(make(n, function(i) return -i / 4 end)()))
  print(sum(make(n, function(i) return ("'s%d'"):format(i % 300) end)()))
  print(sum(make(n, function(i) return "[" .. i .. "]=" .. i * 2 end)()))
  print(sum(make(n, function(i) return i % 3 == 0 and "true" or i % 3 == 1 and "false" or i end,
  ",(function() return 1, 2, 3 end)()")()))
end
-- A chunk makes a new table each time.
local f = make(200, function(i) return i end)
local a, b = f(), f()
a[1] = "changed"
print(a == b, a[1], b[1], f()[1])
-- Between other items.
print(sum(make(300, function(i) return i % 100 == 0 and "math.abs(-7)" or i end)()))
print(sum(make(300, function(i) return i % 150 == 0 and "x=1,{}" or i end)(), 1, 149))
local t = make(200, function(i) return i <= 100 and i or ("[%d]='k%d'"):format(i, i) end)()
print(#t, t[100], t[101], t[200])
local keys = make(100, function(i) return ("[%d.5]=%s"):format(-i, i % 2 == 0 and "nil" or "'v'") end)()
local count = 0
for _ in pairs(keys) do count = count + 1 end
print(count, keys[-1.5], keys[-2.5], keys[-99.5])
-- The same key again.
t = make(100, function(i) return "[" .. i % 10 .. "]=" .. i end)()
print(t[0], t[1], t[9], #t)
-- With nil, and with operators after a literal.
t = make(100, function(i) return i == 50 and "nil" or i end)()
print(t[49], t[50], t[51], t[100])
print(sum(make(200, function(i) return i .. "+1" end)()))
print(sum(make(200, function(i) return i .. " .. ''" end)()))
print(sum(make(200, function(i) return "not nil" end)()))
print(loadstring("return {" .. ("1,"):rep(100) .. " 2 3}"))
print(loadstring("return {" .. ("1,"):rep(100) .. "[nil]=1}") ~= nil)
print(pcall(loadstring("return {" .. ("[1]=2,"):rep(100) .. "[nil]=1}", "=c")))
print(loadstring("return {" .. ("[1]=2,"):rep(100) .. "[1}", "=c"))
-- Semicolons, signs and numerals.
local u = assert(loadstring("return {" .. ("0x10;-5;1e2;.5;-0;" ):rep(50) .. "}"))()
print(#u, u[1], u[2], u[3], u[4], 1 / u[5])
-- A method, and a constructor as an argument.
print(select("#", unpack(make(150, function(i) return i end)())))
local depth = ("{"):rep(100) .. ("1,"):rep(100) .. ("}"):rep(100)
print(#assert(loadstring("return " .. depth))()[1][1][1][1] == 1)

--> 1	1	1
--> 1	-0.25
--> 1	2
--> 1	2
--> 4	11
--> 49	49	1225
--> 49	-306.25
--> 49	138
--> 49	2450
--> 52	547
--> 50	50	1275
--> 50	-318.75
--> 50	141
--> 50	2550
--> 53	597
--> 51	51	1326
--> 51	-331.5
--> 51	144
--> 51	2652
--> 54	601
--> 63	63	2016
--> 63	-504
--> 63	180
--> 63	4032
--> 66	867
--> 64	64	2080
--> 64	-520
--> 64	183
--> 64	4160
--> 67	872
--> 65	65	2145
--> 65	-536.25
--> 65	186
--> 65	4290
--> 68	937
--> 100	100	5050
--> 100	-1262.5
--> 100	292
--> 100	10100
--> 103	1958
--> 127	127	8128
--> 127	-2032
--> 127	400
--> 127	16256
--> 130	3056
--> 128	128	8256
--> 128	-2064
--> 128	404
--> 128	16512
--> 131	3184
--> 500	500	125250
--> 500	-31312.5
--> 500	1782
--> 500	250500
--> 503	43422
--> 4095	4095	8386560
--> 4095	-2096640
--> 4095	14842
--> 4095	16773120
--> 4098	2807811
--> 4096	4096	8390656
--> 4096	-2097664
--> 4096	14846
--> 4096	16781312
--> 4099	2807816
--> 4097	4097	8394753
--> 4097	-2098688.25
--> 4097	14850
--> 4097	16789506
--> 4100	2811913
--> 9000	9000	40504500
--> 9000	-10126125
--> 9000	32700
--> 9000	81009000
--> 9003	13528506
--> 70000	70000	2450035000
--> 70000	-612508750
--> 70000	254262
--> 70000	4900070000
--> 70003	816865008
--> false	changed	1	1
--> 300	44571
--> 300	11175
--> 200	100	k101	k200
--> 50	v	nil	v
--> 100	91	99	9
--> 49	nil	51	100
--> 200	20300
--> 200	20100
--> 200	800
--> nil	[string "return {1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1..."]:1: '}' expected near '3'
--> true
--> false	c:1: table index is nil
--> nil	c:1: ']' expected near '}'
--> 250	16	-5	100	0.5	-inf
--> 150
--> true
