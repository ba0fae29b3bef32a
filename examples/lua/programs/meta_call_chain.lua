-- A __call that is itself a callable table.
-- only: luajit
local inner = setmetatable({}, { __call = function(self, a, b) return "inner", type(a), b end })
local outer = setmetatable({}, { __call = inner })
print(pcall(outer, 5))

--> false	attempt to call a table value
