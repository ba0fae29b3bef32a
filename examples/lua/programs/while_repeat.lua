-- `while` and `repeat`, with `break` in every position.
local i = 0
while i < 3 do i = i + 1; io.write(i, " ") end print()
while true do i = i - 1; if i < 0 then break end; io.write(i, " ") end print()
repeat i = i + 1; io.write(i, " ") until i >= 3 print()
repeat local last = i; i = i + 1 until last == 5
print(i)
repeat if i > 3 then break end until false
while i do
  repeat
    i = i + 1
    if i % 5 == 0 then break end
  until i > 100
  if i >= 20 then i = nil end
end
print(i)
local n = 0
for a = 1, 10 do
  for b = 1, 10 do
    if b > a then break end
    n = n + 1
  end
  if a == 7 then break end
end
print(n)
local function find(t, x)
  local i = 1
  while t[i] do
    if t[i] == x then return i end
    i = i + 1
  end
  return nil, "not found"
end
print(find({ 5, 6, 7 }, 6), find({}, 1))
repeat local x = 1 until x == 1
local fs = {}
repeat
  local k = #fs + 1
  fs[k] = function() return k end
until k == 3
print(fs[1](), fs[2](), fs[3]())
while i ~= 3 do i = (i or 0) + 1 end
print(i)

--> 1 2 3 
--> 2 1 0 
--> 0 1 2 3 
--> 6
--> nil
--> 28
--> 2	nil	not found
--> 1	2	3
--> 3
