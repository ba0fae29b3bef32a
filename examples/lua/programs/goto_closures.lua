-- A backward `goto` creates new variables for each iteration.
-- only: luajit
local fs = {}
do
  local i = 1
  ::top::
  local x = i * 10
  fs[i] = function() x = x + 1; return x end
  i = i + 1
  if i <= 3 then goto top end
end
print(fs[1](), fs[2](), fs[3](), fs[1]())
local function machine(s)
  local i, out = 0, {}
  ::start::
  i = i + 1
  do
    local c = s:sub(i, i)
    if c == "" then goto finish end
    if c == "(" then goto open end
    out[#out + 1] = c
    goto start
  end
  ::open::
  out[#out + 1] = "<"
  goto start
  ::finish::
  return table.concat(out)
end
print(machine("a(b(c"))
do goto l1 end
do ::l1:: end
::l1::
for i = 1, 2 do
  do goto l2 end
  local x
  ::l2::
end
local goto_ = 5
print(goto_)

--> 11	21	31	12
--> a<b<c
--> 5
