-- Equality never converts, and is identity except for numbers and strings.
local t, u = {}, {}
local f, g = function() end, function() end
local values = { 0, "0", "", true, false, t, u, f, g, print }
for i = 1, #values do
  local row = {}
  for j = 1, #values do
    row[#row + 1] = values[i] == values[j] and "=" or "."
  end
  print(table.concat(row))
end
print(nil == false, nil == nil, nil ~= 0, t == t, t == u, t ~= u)
print("abc" == "ab" .. "c", ("x"):rep(100) == ("x"):rep(100))
print(0 == -0, 1 == 1.0, 10 == 1e1, 0x10 == 16)

--> =.........
--> .=........
--> ..=.......
--> ...=......
--> ....=.....
--> .....=....
--> ......=...
--> .......=..
--> ........=.
--> .........=
--> false	true	true	true	false	true
--> true	true
--> true	true	true	true
