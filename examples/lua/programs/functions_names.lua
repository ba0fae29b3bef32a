-- All forms of function declarations.
function globalf(x) return "global " .. x end
print(globalf(1))
local t = { sub = { deep = {} } }
function t.f(x) return "field " .. x end
function t.sub.f(x) return "sub " .. x end
function t.sub.deep:m(x) return self == t.sub.deep, x end
function t:method(...) return self.name, ... end
t.name = "T"
print(t.f(1), t.sub.f(2), t.sub.deep:m(3))
print(t:method(1, 2), t.method({ name = "other" }))
t["key with space"] = function(self) return "odd key" end
print(t["key with space"]())
local list = { function() return 1 end, function() return 2 end, named = function() return 3 end }
print(list[1](), list[2](), list.named())
print((function(...) return select("#", ...) end)(nil, nil))
local function outer()
  local function inner() return "inner" end
  return inner
end
print(outer()())
print(type(function() end), (function() return "immediate" end)())
local s = ("x"):rep(3)
print(s, ("%d"):format(5), #("abc"):upper())

--> global 1
--> field 1	sub 2	true	3
--> T	other
--> odd key
--> 1	2	3
--> 2
--> inner
--> function	immediate
--> xxx	5	3
