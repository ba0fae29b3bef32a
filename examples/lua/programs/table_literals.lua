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
-- Keys in a row, from other numbers than 1, with gaps, with nil, and again.
local function shape(t)
  local count, all = 0, 0
  for k, v in pairs(t) do count, all = count + 1, all + k * (tonumber(v) or #tostring(v)) end
  return count, all
end
for _, first in ipairs({ -3, 0, 1, 2, 64, 1000000, 0.5 }) do
  for _, n in ipairs({ 63, 64, 65, 66, 4095, 4096, 4097, 8192, 9000 }) do
    local t = make(n, function(i) return ("[%.10g]=%d"):format(first + i - 1, i) end)()
    print(first, n, first ~= 2 and first ~= 64 and #t or "", shape(t))
  end
end
local row = function(i) return ("[%d]=%d"):format(i, i) end
print(shape(make(500, function(i) return i % 200 == 0 and "[-1]=1" or row(i) end)()))
print(shape(make(500, function(i) return i == 250 and "[250]=nil" or row(i) end)()))
print(shape(make(500, function(i) return row(i <= 250 and i or i - 250) end)()))
print(shape(make(500, function(i) return row(i <= 250 and i or i - 200) end)()))
print(shape(make(500, function(i) return i % 100 == 0 and "[" .. i .. "]=math.abs(-1)" or row(i) end)()))
t = make(400, function(i) return i <= 100 and "'first'" or i <= 200 and row(i - 100) or "'next'" end)()
print(#t, t[1], t[50], t[100], t[101], t[300], t[301])
t = make(300, function(i) return i <= 150 and row(i) or i .. ".5" end)()
print(#t, t[1], t[150], t[151])
t = make(200, row, ", (function() return 'a', 'b' end)()")()
print(#t, t[1], t[2], t[3], t[200])

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
--> -3	63	59	63	77280
--> -3	64	60	64	81120
--> -3	65	61	65	85085
--> -3	66	62	66	89177
--> -3	4095	4091	4095	22864558080
--> -3	4096	4092	4096	22881318912
--> -3	4097	4093	4097	22898087933
--> -3	8192	8188	8192	183151259648
--> -3	9000	8996	9000	242878483500
--> 0	63	62	63	83328
--> 0	64	63	64	87360
--> 0	65	64	65	91520
--> 0	66	65	66	95810
--> 0	4095	4094	4095	22889717760
--> 0	4096	4095	4096	22906490880
--> 0	4097	4096	4097	22923272192
--> 0	8192	8191	8192	183251935232
--> 0	9000	8999	9000	242999997000
--> 1	63	63	63	85344
--> 1	64	64	64	89440
--> 1	65	65	65	93665
--> 1	66	66	66	98021
--> 1	4095	4095	4095	22898104320
--> 1	4096	4096	4096	22914881536
--> 1	4097	4097	4097	22931666945
--> 1	8192	8192	8192	183285493760
--> 1	9000	9000	9000	243040501500
--> 2	63		63	87360
--> 2	64		64	91520
--> 2	65		65	95810
--> 2	66		66	100232
--> 2	4095		4095	22906490880
--> 2	4096		4096	22923272192
--> 2	4097		4097	22940061698
--> 2	8192		8192	183319052288
--> 2	9000		9000	243081006000
--> 64	63		63	212352
--> 64	64		64	220480
--> 64	65		65	228800
--> 64	66		66	237314
--> 64	4095		4095	23426457600
--> 64	4096		4096	23443492864
--> 64	4097		4097	23460536384
--> 64	8192		8192	185399681024
--> 64	9000		9000	245592285000
--> 1000000	63	0	63	2016083328
--> 1000000	64	0	64	2080087360
--> 1000000	65	0	65	2145091520
--> 1000000	66	0	66	2211095810
--> 1000000	4095	0	4095	8409449717760
--> 1000000	4096	0	4096	8413562490880
--> 1000000	4097	0	4097	8417676272192
--> 1000000	8192	0	8192	33741779935232
--> 1000000	9000	0	9000	40747499997000
--> 0.5	63	0	63	84336
--> 0.5	64	0	64	88400
--> 0.5	65	0	65	92592.5
--> 0.5	66	0	66	96915.5
--> 0.5	4095	0	4095	22893911040
--> 0.5	4096	0	4096	22910686208
--> 0.5	4097	0	4097	22927469568.5
--> 0.5	8192	0	8192	183268714496
--> 0.5	9000	0	9000	243020249250
--> 499	41591749
--> 499	41729250
--> 250	5239625
--> 300	9045050
--> 500	41243250
--> 300	1	50	100	next	next	nil
--> 150	151.5	300.5	nil
--> 200	a	b	3	200
