-- Every order against a constant on either side, as a condition that jumps if true and if false.
local function orders(x)
  local line = {}
  local function note(name, truth) line[#line + 1] = name .. (truth and "+" or "-") end
  if x < 5 then note("<", true) else note("<", false) end
  if x <= 5 then note("<=", true) else note("<=", false) end
  if x > 5 then note(">", true) else note(">", false) end
  if x >= 5 then note(">=", true) else note(">=", false) end
  if 5 < x then note("5<", true) else note("5<", false) end
  if 5 <= x then note("5<=", true) else note("5<=", false) end
  if 5 > x then note("5>", true) else note("5>", false) end
  if 5 >= x then note("5>=", true) else note("5>=", false) end
  if x == 5 then note("==", true) else note("==", false) end
  if x ~= 5 then note("~=", true) else note("~=", false) end
  -- The first operand of `or` jumps when it is true.
  if x < 5 or line == nil then note("or<", true) else note("or<", false) end
  if x <= 5 or line == nil then note("or<=", true) else note("or<=", false) end
  if x > 5 or line == nil then note("or>", true) else note("or>", false) end
  if x >= 5 or line == nil then note("or>=", true) else note("or>=", false) end
  if x == 5 or line == nil then note("or==", true) else note("or==", false) end
  if x ~= 5 or line == nil then note("or~=", true) else note("or~=", false) end
  note("not<", not (x < 5))
  note("not<=", not (x <= 5))
  note("not>", not (x > 5))
  note("not>=", not (x >= 5))
  return table.concat(line, " ")
end
for _, x in ipairs({ 4, 5, 6, 0 / 0, 1 / 0, -1 / 0, -0.0, 4.999999999999999 }) do print(orders(x)) end
for _, x in ipairs({ "5", {}, true }) do print(pcall(orders, x)) end
print(pcall(orders, nil))

-- Loops that end by each.
local i, turns = 0, 0
while i < 3 do i = i + 1 turns = turns + 1 end
while i >= 1 do i = i - 1 turns = turns + 1 end
repeat i = i + 1 turns = turns + 1 until i >= 4
repeat i = i - 1 turns = turns + 1 until i <= 2
repeat i = i - 1 turns = turns + 1 until 0 > i
print(i, turns)

-- `not` as a value.
local function nots(a) local n = not a local nn = not not a return n, nn, not nil, not 0 end
print(nots(nil))
print(nots(false))
print(nots(0))
print(nots(""))
local t = { yes = 1 }
local a, b = not t.yes, not t.no
print(a, b, not print(), #{ not t.no })
t.no = not t.no
print(t.no, select("#", not nil, not t))

--> <+ <=+ >- >=- 5<- 5<=- 5>+ 5>=+ ==- ~=+ or<+ or<=+ or>- or>=- or==- or~=+ not<- not<=- not>+ not>=+
--> <- <=+ >- >=+ 5<- 5<=+ 5>- 5>=+ ==+ ~=- or<- or<=+ or>- or>=+ or==+ or~=- not<+ not<=- not>+ not>=-
--> <- <=- >+ >=+ 5<+ 5<=+ 5>- 5>=- ==- ~=+ or<- or<=- or>+ or>=+ or==- or~=+ not<+ not<=+ not>- not>=-
--> <- <=- >- >=- 5<- 5<=- 5>- 5>=- ==- ~=+ or<- or<=- or>- or>=- or==- or~=+ not<+ not<=+ not>+ not>=+
--> <- <=- >+ >=+ 5<+ 5<=+ 5>- 5>=- ==- ~=+ or<- or<=- or>+ or>=+ or==- or~=+ not<+ not<=+ not>- not>=-
--> <+ <=+ >- >=- 5<- 5<=- 5>+ 5>=+ ==- ~=+ or<+ or<=+ or>- or>=- or==- or~=+ not<- not<=- not>+ not>=+
--> <+ <=+ >- >=- 5<- 5<=- 5>+ 5>=+ ==- ~=+ or<+ or<=+ or>- or>=- or==- or~=+ not<- not<=- not>+ not>=+
--> <+ <=+ >- >=- 5<- 5<=- 5>+ 5>=+ ==- ~=+ or<+ or<=+ or>- or>=- or==- or~=+ not<- not<=- not>+ not>=+
--> false	compare_constants.lua:5: attempt to compare string with number
--> false	compare_constants.lua:5: attempt to compare table with number
--> false	compare_constants.lua:5: attempt to compare boolean with number
--> false	compare_constants.lua:5: attempt to compare nil with number
--> -1	15
--> true	false	true	false
--> true	false	true	false
--> false	true	true	false
--> false	true	true	false
-->
--> false	true	true	1
--> true	2
