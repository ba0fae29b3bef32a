-- A cyclic chain of __index.
-- only: luajit
local a, b = {}, {}
setmetatable(a, { __index = b })
setmetatable(b, { __index = a })
print(pcall(function() return a.x end))
setmetatable(a, { __newindex = b })
setmetatable(b, { __newindex = a })
print(pcall(function() a.x = 1 end))

--> false	meta_index_loop.lua:6: loop in gettable
--> false	meta_index_loop.lua:9: loop in settable
