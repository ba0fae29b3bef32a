-- Strings that grow in loops, keep their beginnings, and diverge.
local s = ""
for i = 1, 20000 do s = s .. "x" end
print(#s, s == ("x"):rep(20000))

-- All beginnings stay as they were.
local kept, t = {}, ""
for i = 1, 2000 do
  t = t .. string.char(97 + i % 26)
  kept[i] = t
end
local good = 0
for i = 1, 2000 do if kept[i] == t:sub(1, i) and #kept[i] == i then good = good + 1 end end
print(good, kept[7], kept[2000]:sub(-5))

-- Two that begin alike.
local stem = ("-"):rep(300)
stem = stem .. 1
stem = stem .. 2
stem = stem .. 3
local left, right = stem, stem
for i = 1, 50 do
  left = left .. "l"
  right = right .. "r" .. i
end
print(#stem, stem:sub(-4), #left, left:sub(-4), #right, right:sub(-4))
print(left == stem .. ("l"):rep(50), right < left, left < right)

-- As keys, and with numbers and nothing appended.
local set = {}
for i = 1, 3 do
  local key = stem .. i
  set[key] = i
end
print(set[stem .. 1], set[stem .. "2"], set[stem .. 3 .. ""], set[stem])
print(#(stem .. ""), #(stem .. 1.5), (stem .. "" == stem), (stem .. -0.25):sub(-6))

-- More than two at once, on both sides.
local u = stem
for i = 1, 100 do u = "<" .. u .. ">" end
print(#u, u:sub(1, 3), u:sub(-3))
local v = stem
for i = 1, 100 do v = v .. "(" .. i .. ")" end
print(#v, v:sub(-10))
v = v .. v
print(#v, v:sub(-10), v:find("(1)", 1, true))

--> 20000	true
--> 2000	bcdefgh	uvwxy
--> 303	-123	353	llll	444	9r50
--> true	false	true
--> 1	2	3	nil
--> 303	306	true	3-0.25
--> 503	<<<	>>>
--> 695	)(99)(100)
--> 1390	)(99)(100)	304	306
