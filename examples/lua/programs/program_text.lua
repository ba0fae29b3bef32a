-- Text processing: word counts, wrapping, tables, ciphers, roman numerals.
local text = [[
The quick brown fox jumps over the lazy dog. The dog sleeps; the fox does not!
Quick, quick, said the fox.]]
local counts, words = {}, {}
for w in text:lower():gmatch("%a+") do
  if not counts[w] then words[#words + 1] = w end
  counts[w] = (counts[w] or 0) + 1
end
table.sort(words, function(a, b) if counts[a] ~= counts[b] then return counts[a] > counts[b] end return a < b end)
for i = 1, 5 do print(words[i], counts[words[i]]) end
local function wrap(s, width)
  local lines, line = {}, ""
  for w in s:gmatch("%S+") do
    if #line + #w + 1 > width and line ~= "" then lines[#lines + 1] = line; line = w
    else line = line == "" and w or line .. " " .. w end
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end
print(wrap(text, 30))
print((text:gsub("(%a)(%a*)", function(a, b) return a:upper() .. b:lower() end)))
local function rot13(s) return (s:gsub("%a", function(c) local base = c:lower() == c and 97 or 65; return string.char((c:byte() - base + 13) % 26 + base) end)) end
print(rot13("Hello, World"), rot13(rot13("Hello, World")))
local function roman(n)
  local out = ""
  for v, s in ("1000M 900CM 500D 400CD 100C 90XC 50L 40XL 10X 9IX 5V 4IV 1I"):gmatch("(%d+)(%a+)") do
    while n >= tonumber(v) do out = out .. s; n = n - v end
  end
  return out
end
for _, n in ipairs { 1, 4, 9, 14, 40, 90, 400, 1994, 2024 } do io.write(roman(n), " ") end print()
local rows = { { "name", "qty", "price" }, { "apple", 3, 1.5 }, { "watermelon", 10, 12.25 } }
for _, r in ipairs(rows) do print(("%-12s|%5s|%8s"):format(r[1], tostring(r[2]), tostring(r[3]))) end
local function palindrome(s) s = s:lower():gsub("%A", ""); return s == s:reverse() end
print(palindrome("A man, a plan, a canal: Panama"), palindrome("not one"))
local function split(s, sep) local t = {}; for piece in (s .. sep):gmatch("(.-)" .. sep:gsub("%p", "%%%0")) do t[#t + 1] = piece end return t end
print(#split("a.b..c", "."), table.concat(split("a.b..c", "."), "|"))
local rle = ("aaabccdddd"):gsub("(.)(%1*)", function(c, rest) return c .. #rest + 1 end)
print(rle)
print((("$x + $y = $z"):gsub("%$(%w)", { x = 1, y = 2 })), ("%5.1f%%"):format(12.345))
print(("x"):rep(3, "") .. ("-"):rep(5), ("abc"):gsub("", "."))

--> the	5
--> fox	3
--> quick	3
--> dog	2
--> brown	1
--> The quick brown fox jumps over
--> the lazy dog. The dog sleeps;
--> the fox does not! Quick,
--> quick, said the fox.
--> The Quick Brown Fox Jumps Over The Lazy Dog. The Dog Sleeps; The Fox Does Not!
--> Quick, Quick, Said The Fox.
--> Uryyb, Jbeyq	Hello, World
--> I IV IX XIV XL XC CD MCMXCIV MMXXIV 
--> name        |  qty|   price
--> apple       |    3|     1.5
--> watermelon  |   10|   12.25
--> true	false
--> 4	a|b||c
--> aaabccdddd
--> 1 + 2 = $z	 12.3%
--> xxx-----	.a.b.c.	4
