-- Loops and functions whose values change their type after a long time.
local function add(a, b) return a + b end
local sum = 0
for i = 1, 300 do sum = add(sum, i) end
print(sum, add("5", 6), add(0.5, 0.25), pcall(add, {}, 1))
local v = setmetatable({}, { __add = function(a, b) return "metamethod" end })
print(add(v, 1), add(1, v), add(1, 2))
local x = 1
for i = 1, 400 do
  if i == 200 then x = x + 0.5 elseif i == 300 then x = tostring(x) end
  x = x + 1
end
print(x)
local t = {}
for i = 1, 300 do t[i] = i end
local total = 0
local function get(t, k) return t[k] end
for i = 1, 300 do total = total + get(t, i) end
t.x, t[0.5], t[true] = 1, 2, 3
total = total + get(t, "x") + get(t, 0.5) + get(t, true)
print(total, get("str", "len") == string.len, get(setmetatable({}, { __index = function(_, k) return k end }), "virtual"))
print(pcall(get, nil, 1))
local function call(f, ...) return f(...) end
local n = 0
for i = 1, 300 do n = n + call(function(k) return k end, i) end
print(n, call(tostring, 5), call(setmetatable({}, { __call = function(_, k) return "object " .. k end }), 1), pcall(call, 5))
local function less(a, b) return a < b end
local count = 0
for i = 1, 300 do if less(i, 150) then count = count + 1 end end
print(count, less("a", "b"), pcall(less, 1, "b"))
local objects = {}
for i = 1, 300 do objects[i] = i % 3 == 0 and { a = 1, b = i } or i % 3 == 1 and { b = i } or { c = 0, b = i, a = 2 } end
local fields = 0
for _, o in ipairs(objects) do fields = fields + o.b + (o.a or 0) end
print(fields)
for i = 1, 300 do objects[i].b = i % 2 == 0 and "s" or i end
local strings = 0
for _, o in ipairs(objects) do if type(o.b) == "string" then strings = strings + 1 end end
print(strings)

--> 45150	11	0.75	false	hot_type_changes.lua:2: attempt to perform arithmetic on local 'a' (a table value)
--> metamethod	metamethod	3
--> 401.5
--> 45156	true	virtual
--> false	hot_type_changes.lua:17: attempt to index local 't' (a nil value)
--> 45150	5	object 1	false	hot_type_changes.lua:23: attempt to call local 'f' (a number value)
--> 149	true	false	hot_type_changes.lua:27: attempt to compare number with string
--> 45450
--> 150
