-- table.move and related functions of LuaJIT.
-- only: luajit
print(table.concat(table.move({ 1, 2, 3, 4, 5 }, 2, 4, 1), " "))
print(table.concat(table.move({ 1, 2, 3 }, 1, 3, 3), " "))
print(table.concat(table.move({ 1, 2, 3 }, 1, 3, 1, {}), " "))
print(table.concat(table.move({ 1, 2, 3 }, 2, 3, 4), " "))
print(#table.move({ 1, 2, 3 }, 1, 0, 5))
local t = { 1, 2, 3, 4, 5 }
table.move(t, 1, 4, 2)
print(table.concat(t, " "))
print((pcall(table.move, 1, 2, 3, 4)))

--> 2 3 4 4 5
--> 1 2 1 2 3
--> 1 2 3
--> 1 2 3 2 3
--> 3
--> 1 1 2 3 4
--> false
