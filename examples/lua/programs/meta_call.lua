-- __call, also through pcall, metamethods and several levels.
local f = setmetatable({}, { __call = function(self, ...) return type(self), select("#", ...), ... end })
print(f())
print(f(1, 2))
print((f("x")))
print(pcall(f, 5))
local function wrap(x) return f(x) end
print(wrap("tail"))
local obj = { method = f }
print(obj:method(1) == "table", (select(2, obj:method(1))))
print(f "string", f { 1 } == "table")
local memo = setmetatable({}, { __call = function(self, n) local v = self[n]; if not v then v = n * n; self[n] = v end return v end })
print(memo(5), memo(5), memo[5])
print(pcall(setmetatable({}, {})))
for i in setmetatable({ n = 3 }, { __call = function(self) self.n = self.n - 1; if self.n >= 0 then return self.n end end }) do io.write(i, " ") end
print()
print(select("#", string.gsub("abc", "%w", "%0")), (pcall(string.gsub, "abc", "%w", f)))
local t = setmetatable({}, { __index = setmetatable({}, { __call = function() return "not called" end }) })
print(type(t.x))

--> table	0
--> table	2	1	2
--> table
--> true	table	1	5
--> table	1	tail
--> true	2
--> table	true
--> 25	25	25
--> false	attempt to call a table value
--> 2 1 0 
--> 2	true
--> nil
