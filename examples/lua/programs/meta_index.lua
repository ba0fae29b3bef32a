-- __index and __newindex: functions, tables and chains of them.
local base = { a = "base a", b = "base b" }
local mid = setmetatable({ b = "mid b", c = "mid c" }, { __index = base })
local top = setmetatable({ c = "top c" }, { __index = mid })
print(top.a, top.b, top.c, top.d)
base.d = "late"
print(top.d)
local dyn = setmetatable({}, { __index = function(t, k) return k .. "!" end })
print(dyn.x, dyn[5], dyn["a b"])
local mixed = setmetatable({}, { __index = setmetatable({ known = 1 }, { __index = function(_, k) return "fallback " .. k end }) })
print(mixed.known, mixed.other)
local store = {}
local proxy = setmetatable({}, { __index = store, __newindex = store })
proxy.x = 5
print(proxy.x, rawget(proxy, "x"), store.x)
local guard = setmetatable({ present = 1 }, { __newindex = function(t, k, v) rawset(t, k, v * 10) end })
guard.present = 2
guard.absent = 2
guard.absent = 3
print(guard.present, guard.absent)
local readonly = setmetatable({}, { __newindex = function(_, k) error("no field " .. k, 2) end })
print(pcall(function() readonly.z = 1 end))
local arr = setmetatable({ 1, 2 }, { __index = function(t, i) return i * 100 end })
print(arr[1], arr[2], arr[3], #arr)
local default = setmetatable({}, { __index = function() return 0 end })
for w in ("a b a c a b"):gmatch("%a") do default[w] = default[w] + 1 end
print(default.a, default.b, default.c, default.d)
print(setmetatable({}, { __index = "str" }).len == string.len)
local falsy = setmetatable({ f = false }, { __index = function() return "called" end })
print(falsy.f, falsy.n)
local ok = pcall(function() local t = setmetatable({}, {}); getmetatable(t).__index = t; return t.x end)
print(ok)

--> base a	mid b	top c	nil
--> late
--> x!	5!	a b!
--> 1	fallback other
--> 5	nil	5
--> 2	3
--> false	meta_index.lua:22: no field z
--> 1	2	300	2
--> 3	2	1	0
--> true
--> false	called
--> false
