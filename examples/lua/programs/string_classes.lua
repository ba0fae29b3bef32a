-- The character classes, over all bytes.
for c in ("acdlpsuwxz"):gmatch(".") do
  local n, sum, m = 0, 0, 0
  for b = 0, 127 do
    if string.char(b):find("%" .. c) then n = n + 1; sum = sum + b end
    if string.char(b):find("%" .. c:upper()) then m = m + 1 end
  end
  print(c, n, sum, m)
end
local n = 0
for b = 0, 255 do if string.char(b):find("[%w_%-]") then n = n + 1 end end
print(n)
n = 0
for b = 0, 255 do if string.char(b):find("[^%c%s]") then n = n + 1 end end
print(n >= 94)
for b = 33, 126 do
  local ch = string.char(b)
  assert(ch:find("%w") or ch:find("%" .. ch), ch)
end
print(("%"):find("%%"), (")"):find("%)"), ("."):find("%."))

--> a	52	4862	76
--> c	33	623	95
--> d	10	525	118
--> l	26	2847	102
--> p	32	2086	96
--> s	6	87	122
--> u	26	2015	102
--> w	62	5387	66
--> x	22	1527	106
--> z	1	0	127
--> 64
--> true
--> 1	1	1	1
