-- Metamethods that cannot be called: the error has neither a name nor a position.
-- only: luajit
local function e(f) print((select(2, pcall(f)))) end
local names = { "__add", "__concat", "__index", "__newindex", "__call", "__eq", "__lt", "__le", "__unm", "__len", "__tostring" }
for _, bad in ipairs({ 5, true, "s" }) do
  local mt = {}
  for _, name in ipairs(names) do mt[name] = bad end
  local a, b = setmetatable({}, mt), setmetatable({}, mt)
  e(function() return a + 1 end)
  e(function() return 1 + a end)
  e(function() return a .. "x" end)
  e(function() return a .. "x" .. "y" end)
  e(function() return a.x end)
  e(function() a.x = 1 end)
  e(function() return a() end)
  e(function() return a == b end)
  e(function() return a < b end)
  e(function() return a <= b end)
  e(function() return -a end)
  e(function() return #a end)
  e(function() return tostring(a) end)
  e(function() for k in a do end end)
  e(function() local t = { f = a } t.f() end)
  e(function() local t = { f = a } t:f() end)
end
-- One that can be called by its own `__call`.
local callable = setmetatable({}, { __call = function(self, x, y) return type(self) .. type(x) .. type(y) end })
local object = setmetatable({}, { __add = callable, __lt = callable, __concat = callable, __unm = callable })
print(object + 1, 1 + object, object < object, object .. "x", -object)
-- Values that an op calls have their names and positions.
e(function() for k in nil do end end)
e(function() local t = {} for k in t.x do end end)
e(function() return ("x")() end)
e(function() local a = 1 a() end)
e(function() string.nothing() end)

--> attempt to call a number value
--> attempt to call a number value
--> attempt to call a number value
--> attempt to call a number value
--> meta_not_callable.lua:13: attempt to index a number value
--> meta_not_callable.lua:14: attempt to index a number value
--> meta_not_callable.lua:15: attempt to call upvalue 'a' (a table value)
--> attempt to call a number value
--> attempt to call a number value
--> attempt to call a number value
--> attempt to call a number value
--> 0
--> attempt to call a number value
--> meta_not_callable.lua:22: attempt to call a table value
--> meta_not_callable.lua:23: attempt to call field 'f' (a table value)
--> meta_not_callable.lua:24: attempt to call method 'f' (a table value)
--> attempt to call a boolean value
--> attempt to call a boolean value
--> attempt to call a boolean value
--> attempt to call a boolean value
--> meta_not_callable.lua:13: attempt to index a boolean value
--> meta_not_callable.lua:14: attempt to index a boolean value
--> meta_not_callable.lua:15: attempt to call upvalue 'a' (a table value)
--> attempt to call a boolean value
--> attempt to call a boolean value
--> attempt to call a boolean value
--> attempt to call a boolean value
--> 0
--> attempt to call a boolean value
--> meta_not_callable.lua:22: attempt to call a table value
--> meta_not_callable.lua:23: attempt to call field 'f' (a table value)
--> meta_not_callable.lua:24: attempt to call method 'f' (a table value)
--> attempt to call a string value
--> attempt to call a string value
--> attempt to call a string value
--> attempt to call a string value
--> nil
--> meta_not_callable.lua:14: attempt to index a string value
--> meta_not_callable.lua:15: attempt to call upvalue 'a' (a table value)
--> attempt to call a string value
--> attempt to call a string value
--> attempt to call a string value
--> attempt to call a string value
--> 0
--> attempt to call a string value
--> meta_not_callable.lua:22: attempt to call a table value
--> meta_not_callable.lua:23: attempt to call field 'f' (a table value)
--> meta_not_callable.lua:24: attempt to call method 'f' (a table value)
--> tabletablenumber	tablenumbertable	true	tabletablestring	tabletabletable
--> meta_not_callable.lua:31: attempt to call a nil value
--> meta_not_callable.lua:32: attempt to call a nil value
--> meta_not_callable.lua:33: attempt to call a string value
--> meta_not_callable.lua:34: attempt to call local 'a' (a number value)
--> meta_not_callable.lua:35: attempt to call field 'nothing' (a nil value)
