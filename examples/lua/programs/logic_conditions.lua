-- Conditions of every shape, in `if`, `while` and `repeat`.
local function classify(n)
  if n < 0 then return "negative"
  elseif n == 0 then return "zero"
  elseif n < 10 and n % 2 == 0 then return "small even"
  elseif n < 10 and not (n % 2 == 0) then return "small odd"
  elseif (n < 100 or n == 1000) and n ~= 50 then return "big"
  else return "other" end
end
for _, n in ipairs { -5, 0, 4, 7, 42, 50, 1000, 2000 } do print(n, classify(n)) end
local i, log = 0, {}
while i < 10 and not (i == 7) do i = i + 1; if i % 3 == 0 or i == 4 then log[#log + 1] = i end end
print(i, table.concat(log, " "))
repeat local done = i <= 2 or i == 4; i = i - 1 until done and i < 100
print(i)
local a, b, c = nil, false, 0
if a or b or c then print("c") end
if not a and not b and c then print("all") end
if (a and b) == nil then print("nil") end
local x = a == nil and (b == false and "both" or "one") or "none"
print(x)
if nil then print("never") end
if false then print("never") else print("else") end
while false do print("never") end
local t = { flag = true }
if t.flag then t.flag = not t.flag end
print(t.flag, not t.flag, t.none == nil)

--> -5	negative
--> 0	zero
--> 4	small even
--> 7	small odd
--> 42	big
--> 50	other
--> 1000	big
--> 2000	other
--> 7	3 4 6
--> 3
--> c
--> all
--> nil
--> both
--> else
--> false	true	true
