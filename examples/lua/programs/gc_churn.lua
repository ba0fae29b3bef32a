-- Long-lived objects among many short-lived ones: nothing reachable is lost.
local kept = {}
for i = 1, 500 do kept[i] = { id = i, name = "object " .. i, list = { i, i * 2 }, f = function() return i end } end
local junk = 0
for round = 1, 200 do
  for i = 1, 200 do
    local t = { round, i, tostring(i), { round * i } }
    local f = function() return t[4][1] end
    junk = (junk + f() + #t[3]) % 1000007
  end
  local k = round % 500 + 1
  kept[k].list[3] = { round }
  kept[k].name = kept[k].name .. "!"
end
collectgarbage()
local good = 0
for i = 1, 500 do
  local o = kept[i]
  if o.id == i and o.f() == i and o.list[1] == i and o.list[2] == i * 2 and o.name:find("^object " .. i) then good = good + 1 end
end
print(good, junk, kept[2].list[3][1], kept[2].name)
local strings = {}
for i = 1, 20000 do strings[i % 100 + 1] = ("s"):rep(i % 50) .. i end
print(#strings, strings[1], #strings[50])
local cycle = {}
for i = 1, 20000 do
  local a, b = {}, {}
  a.other, b.other, a.up = b, a, cycle
  if i % 5000 == 0 then cycle[#cycle + 1] = a end
end
collectgarbage()
print(#cycle, cycle[1].other.other == cycle[1], cycle[4].up == cycle)
local grown = {}
for i = 1, 3000 do grown[i] = {} for j = 1, 10 do grown[i]["k" .. j] = { i, j } end end
for i = 1, 3000, 2 do grown[i] = nil end
collectgarbage()
local total = 0
for i = 2, 3000, 2 do for j = 1, 10 do total = total + grown[i]["k" .. j][1] * grown[i]["k" .. j][2] end end
print(total)

--> 500	105572	1	object 2!
--> 100	20000	54
--> 4	true	true
--> 123832500
