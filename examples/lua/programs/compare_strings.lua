-- Strings are compared byte by byte.
local words = { "", "a", "A", "ab", "b", "B", "10", "9", "a\0b", "a\0c", "a\0", "\127" }
for i = 1, #words do
  local line = {}
  for j = 1, #words do
    local a, b = words[i], words[j]
    local sign = a < b and "<" or a == b and "=" or ">"
    assert((a <= b) == (sign ~= ">") and (a > b) == (sign == ">") and (a >= b) == (sign ~= "<"))
    line[j] = sign
  end
  print(table.concat(line))
end
print("a" < "b", "a" < "B", "Z" < "a", "abc" < "abd", "abc" < "ab")
print("1" == 1, 1 == "1", "1" ~= 1)

--> =<<<<<<<<<<<
--> >=><<>>><<<<
--> ><=<<<>><<<<
--> >>>=<>>>>>><
--> >>>>=>>>>>><
--> ><><<=>><<<<
--> ><<<<<=<<<<<
--> ><<<<<>=<<<<
--> >>><<>>>=<><
--> >>><<>>>>=><
--> >>><<>>><<=<
--> >>>>>>>>>>>=
--> true	false	true	true	false
--> false	false	true
