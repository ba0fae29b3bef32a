-- A comparison that ends the program.
local limits = { 10 }
for i = 1, 3 do
  local limit = limits[i]
  print(i, limit, 5 < limit)
end

--> 1	10	true
--! error_compare.lua:5: attempt to compare number with nil
