-- Upvalues that outlive their block, with break, return and errors.
local saved
for i = 1, 10 do
  local x = i * 100
  if i == 3 then saved = function() x = x + 1; return x end; break end
end
print(saved(), saved())
local function early(n)
  for i = 1, n do
    local y = i
    local f = function() y = y + 1; return y end
    if i == 2 then return f, f() end
  end
end
local f, first = early(5)
print(first, f(), f())
local g
print(pcall(function() local z = 7; g = function() z = z + 1; return z end; error("out", 0) end))
print(g(), g())
local h
do local a, b = 1, 2; h = function() a, b = b, a + b; return a end end
local list = {}
for i = 1, 10 do list[i] = h() end
print(table.concat(list, " "))
local co = coroutine.wrap(function() local v = 0; while true do coroutine.yield(function() v = v + 1; return v end) end end)
local k1, k2 = co(), co()
print(k1(), k2(), k1())
local function shadow(x) local f1 = function() return x end; local x = x .. "2"; local f2 = function() return x end; return f1(), f2() end
print(shadow("s"))

--> 301	302
--> 3	4	5
--> false	out
--> 8	9
--> 2 3 5 8 13 21 34 55 89 144
--> 1	2	3
--> s	s2
