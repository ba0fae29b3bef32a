-- table.concat with separators and bounds.
local t = { "a", "b", "c", 1, 2.5 }
print(table.concat(t), table.concat(t, ","), table.concat(t, ", ", 2), table.concat(t, "-", 2, 4))
print(table.concat {}, table.concat({}, ","), table.concat({ "x" }, ","), table.concat(t, ",", 4, 3))
print(table.concat(t, ",", 5, 5), table.concat({ 1, 2, 3 }, 0))
print(#table.concat({ "", "", "" }, "ab"))
print(pcall(table.concat, { 1, {}, 3 }))
print(pcall(table.concat, { 1, 2 }, ",", 1, 3))
print(pcall(table.concat, { true }))
print(pcall(table.concat, 1))
local big = {}
for i = 1, 300 do big[i] = i end
print(#table.concat(big), #table.concat(big, ", "))

--> abc12.5	a,b,c,1,2.5	b, c, 1, 2.5	b-c-1
--> 		x	
--> 2.5	10203
--> 4
--> false	invalid value (table) at index 2 in table for 'concat'
--> false	invalid value (nil) at index 3 in table for 'concat'
--> false	invalid value (boolean) at index 1 in table for 'concat'
--> false	bad argument #1 to '?' (table expected, got number)
--> 792	1390
