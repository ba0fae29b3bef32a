-- Only tables and userdata have `__eq`, and only for both operands of one type.
-- only: luajit
local mt = { __eq = function() return true end, __lt = function() return true end, __le = function() return false end }
local values = {
  { "function", function() end, function() end }, { "thread", coroutine.create(print), coroutine.create(print) },
  { "table", setmetatable({}, mt), setmetatable({}, mt) }, { "userdata", newproxy(true), newproxy(true) },
}
debug.setmetatable(values[1][2], mt)
debug.setmetatable(values[2][2], mt)
debug.setmetatable(values[4][2], mt)
debug.setmetatable(values[4][3], mt)
for _, one in ipairs(values) do
  local name, a, b = unpack(one)
  print(name, a == b, a ~= b, a < b, a <= b, a > b, a >= b, rawequal(a, b))
end
for _, one in ipairs(values) do
  for _, other in ipairs(values) do
    if one ~= other then
      print(one[1], other[1], one[2] == other[2], (pcall(function() return one[2] < other[2] end)))
    end
  end
end
debug.setmetatable(1, mt)
debug.setmetatable(true, mt)
debug.setmetatable(nil, mt)
print(1 == 2, true == false, nil == false, "a" == "b")
print(false < true, false <= true)
debug.setmetatable(1, nil)
debug.setmetatable(true, nil)
debug.setmetatable(nil, nil)
debug.setmetatable(print, nil)
debug.setmetatable(values[2][2], nil)

--> function	false	true	true	false	true	false	false
--> thread	false	true	true	false	true	false	false
--> table	true	false	true	false	true	false	false
--> userdata	true	false	true	false	true	false	false
--> function	thread	false	false
--> function	table	false	false
--> function	userdata	false	false
--> thread	function	false	false
--> thread	table	false	false
--> thread	userdata	false	false
--> table	function	false	false
--> table	thread	false	false
--> table	userdata	false	false
--> userdata	function	false	false
--> userdata	thread	false	false
--> userdata	table	false	false
--> false	false	false	false
--> true	false
