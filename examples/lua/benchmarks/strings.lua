-- String building: concatenation, buffers, formats, bytes and substrings.
-- check: 50
local n = tonumber((...)) or 150000
local buffer = {}
for i = 1, n do buffer[#buffer + 1] = ("%d:%s;"):format(i, i % 3 == 0 and "fizz" or "x" .. i) end
local text = table.concat(buffer)
print(#text, text:sub(1, 30))
local hash = 5381
for i = 1, #text do hash = (hash * 33 + text:byte(i)) % 4294967291 end
print(("%.0f"):format(hash))
local short = ""
for i = 1, math.min(n, 5000) do short = short .. string.char(97 + i % 26) end
print(#short, short:sub(-10))
local counts = {}
for i = 1, #short - 1 do
  local pair = short:sub(i, i + 1)
  counts[pair] = (counts[pair] or 0) + 1
end
print(counts.ab or 0, counts.za or 0)
local up, numbers = 0, 0
for word in text:gmatch("%a+%d*") do up = up + #word:upper():reverse() end
for number in text:gmatch("(%d+):") do numbers = numbers + tonumber(number) end
print(up, ("%.0f"):format(numbers))
print(select(2, text:gsub("fizz", "buzz")))

--> 351	1:x1;2:x2;3:fizz;4:x4;5:x5;6:f
--> 1238039002
--> 50	pqrstuvwxy
--> 1	1
--> 160	1275
--> 16
