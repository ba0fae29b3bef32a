-- Method calls: self, chains, strings as objects, evaluation order.
local account = { balance = 0 }
account.__index = account
function account.new(n) return setmetatable({ balance = n }, account) end
function account:deposit(n) self.balance = self.balance + n; return self end
function account:get() return self.balance end
local a = account.new(10)
print(a:deposit(5):deposit(7):get(), account:get())
print(a.get(a), account.get { balance = "any" })
local s = "hello"
print(s:upper(), s:len(), s:rep(2), s:sub(2, 3), ("x"):byte(), s:upper():lower():reverse())
print(("%s=%d"):format("k", 5), #s:rep(10))
local log = {}
local function obj() log[#log + 1] = "obj"; return { m = function(self, ...) log[#log + 1] = "call"; return ... end } end
local function arg(x) log[#log + 1] = "arg" .. x; return x end
print(obj():m(arg(1), arg(2)))
print(table.concat(log, " "))
local t = { f = function(self, t2) return self, t2 end }
local self, t2 = t:f { 1, 2 }
print(self == t, #t2, select(2, t:f "str"))
local function try(f) print(select(2, pcall(f))) end
try(function() return t:missing() end)
try(function() local x = nil; return x:m() end)
try(function() return a.b.c:m() end)
try(function() return ("x"):nomethod() end)
try(function() local n = 5; return n:m() end)

--> 22	0
--> 22	any
--> HELLO	5	hellohello	el	120	olleh
--> k=5	50
--> 1	2
--> obj arg1 arg2 call
--> true	2	str
--> method_calls.lua:22: attempt to call method 'missing' (a nil value)
--> method_calls.lua:23: attempt to index local 'x' (a nil value)
--> method_calls.lua:24: attempt to index field 'b' (a nil value)
--> method_calls.lua:25: attempt to call method 'nomethod' (a nil value)
--> method_calls.lua:26: attempt to index local 'n' (a number value)
