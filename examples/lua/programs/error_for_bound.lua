-- A loop whose bound is not a number.
for i = 1, 3 do print(i) end
for i = 1, "x" do print(i) end

--> 1
--> 2
--> 3
--! error_for_bound.lua:3: 'for' limit must be a number
