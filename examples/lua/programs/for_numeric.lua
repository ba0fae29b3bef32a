-- The numeric `for` in all forms.
for i = 1, 3 do io.write(i, " ") end print()
for i = 3, 1, -1 do io.write(i, " ") end print()
for i = 1, 10, 3 do io.write(i, " ") end print()
for i = 10, 1, -4 do io.write(i, " ") end print()
for i = 1, 0 do io.write("never") end print("-")
for i = 0, 1, -1 do io.write("never") end print("-")
for i = 1, 1 do io.write(i, " ") end print()
for i = 0.5, 2.5, 0.5 do io.write(i, " ") end print()
for i = 1, 2.9 do io.write(i, " ") end print()
for i = -2, 2 do io.write(i, " ") end print()
for i = 0, 1, 0.25 do io.write(i, " ") end print()
local lo, hi, step = 2, 11, 3
for i = lo, hi, step do io.write(i, " "); hi = 0; step = 100 end print()
for i = 1, 3 do local i = i * 10; io.write(i, " ") end print()
for i = 1, 3 do io.write(i, " "); i = i * 100; io.write(i, " ") end print()
local i = "outer"
for i = 1, 1 do end
print(i)
for i = #"abc", math.max(1, 5) do io.write(i, " ") end print()
for i = "1", "3" do io.write(i, ":", type(i), " ") end print()
for i = 1, 3 do for j = i, 3 do io.write(i, j, " ") end end print()
local n = 0
for _ = 1, 1000 do n = n + 1 end
print(n)
for i = 1, math.huge do if i > 5 then print(i) break end end
for i = 2147483645, 2147483649 do io.write(i, " ") end print()
for i = -2147483647, -2147483650, -1 do io.write(i, " ") end print()
for i = 2 ^ 53 - 3, 2 ^ 53 - 1 do io.write(string.format("%.0f ", i)) end print()

--> 1 2 3 
--> 3 2 1 
--> 1 4 7 10 
--> 10 6 2 
--> -
--> -
--> 1 
--> 0.5 1 1.5 2 2.5 
--> 1 2 
--> -2 -1 0 1 2 
--> 0 0.25 0.5 0.75 1 
--> 2 5 8 11 
--> 10 20 30 
--> 1 100 2 200 3 300 
--> outer
--> 3 4 5 
--> 1:number 2:number 3:number 
--> 11 12 13 22 23 33 
--> 1000
--> 6
--> 2147483645 2147483646 2147483647 2147483648 2147483649 
--> -2147483647 -2147483648 -2147483649 -2147483650 
--> 9007199254740989 9007199254740990 9007199254740991 
