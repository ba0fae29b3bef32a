-- `__eq`, `__lt` and `__le` of values that are no tables.
local yes = {
  __eq = function() return true end, __lt = function() return true end, __le = function() return false end,
}
local f, g = function() end, function() end
debug.setmetatable(f, yes)
print(f == g, f ~= g, rawequal(f, g), f < g, f <= g)
local a, b = coroutine.create(f), coroutine.create(g)
debug.setmetatable(a, yes)
print(a == b, a < b)
debug.setmetatable(f, nil)
debug.setmetatable(a, nil)
for _, pair in ipairs({ { 1, 2 }, { true, false }, { "a", "b" } }) do
  local one, other = pair[1], pair[2]
  local before = debug.getmetatable(one)
  debug.setmetatable(one, yes)
  print(one == other, one ~= other, one == tostring(one), pcall(function() return one < other end))
  debug.setmetatable(one, before)
end
debug.setmetatable(nil, yes)
print(nil == false, pcall(function() return nil < nil end))
debug.setmetatable(nil, nil)
-- Userdata, with the same metamethod and with different ones.
local u, v = newproxy(true), newproxy(true)
getmetatable(u).__eq = yes.__eq
print(u == v)
getmetatable(v).__eq = yes.__eq
print(u == v, v ~= u)
getmetatable(v).__eq = function() return 0 end
print(u == v)
-- Tables beside them.
local t, same = setmetatable({}, yes), setmetatable({}, yes)
local like = setmetatable({}, { __eq = yes.__eq })
local other = setmetatable({}, { __eq = function() return nil end })
print(t == same, t == {}, t == u, u == t, t == 1, t == like, like == t)
print(other == other, other == t, other ~= t)

--> false	true	false	true	false
--> false	true
--> false	true	false	true	true
--> false	true	false	true	true
--> false	true	true	true	true
--> false	true	true
--> false
--> true	false
--> false
--> true	false	false	false	false	true	true
--> true	false	true
