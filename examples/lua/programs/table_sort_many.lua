-- Many numbers and strings, which are sorted in parts.

local function is_sorted(t)
  for i = 2, #t do
    if t[i] < t[i - 1] then return false end
  end
  return true
end

for _, len in ipairs {8191, 8192, 8193, 20000, 24576} do
  local t, sum = {}, 0
  for i = 1, len do
    t[i] = i * 7919 % 10007 - 5000.5
    sum = sum + t[i]
  end
  table.sort(t)
  for i = 1, len do sum = sum - t[i] end
  print(len, #t, is_sorted(t), sum)
end

local words, count = {}, {}
for i = 1, 1000 do
  words[i] = ('prefix'):rep(i % 3 * 10) .. i * 7919 % 101
  count[words[i]] = (count[words[i]] or 0) + 1
end
table.sort(words)
for _, word in ipairs(words) do count[word] = count[word] - 1 end
local left = 0
for _, n in pairs(count) do left = left + math.abs(n) end
print(#words, is_sorted(words), left, words[1], #words[1000])

--> 8191	8191	true	0
--> 8192	8192	true	0
--> 8193	8193	true	0
--> 20000	20000	true	0
--> 24576	24576	true	0
--> 1000	true	0	0	122
