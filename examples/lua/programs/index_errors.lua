-- Indexing of values without fields: the message names the value.
local function try(f, ...) print(select(2, pcall(f, ...))) end
local up
try(function() return undefinedtable.x end)
try(function() local x; return x.y end)
try(function() local x; x.y = 1 end)
try(function() local t = {}; return t.a.b end)
try(function() local t = {}; t.a.b = 1 end)
try(function() local t = { a = {} }; return t.a.b.c end)
try(function() return up.x end)
try(function() up.x = 1 end)
try(function() local n = 5; return n.x end)
try(function() local b = true; b.x = 1 end)
try(function() local f = print; return f.x end)
try(function() undefinedtable.x = 1 end)
try(function() local t = {}; t[nil] = 1 end)
try(function() local t = {}; t[0 / 0] = 1 end)
print(({})[nil], ({})[0 / 0])

--> index_errors.lua:4: attempt to index global 'undefinedtable' (a nil value)
--> index_errors.lua:5: attempt to index local 'x' (a nil value)
--> index_errors.lua:6: attempt to index local 'x' (a nil value)
--> index_errors.lua:7: attempt to index field 'a' (a nil value)
--> index_errors.lua:8: attempt to index field 'a' (a nil value)
--> index_errors.lua:9: attempt to index field 'b' (a nil value)
--> index_errors.lua:10: attempt to index upvalue 'up' (a nil value)
--> index_errors.lua:11: attempt to index upvalue 'up' (a nil value)
--> index_errors.lua:12: attempt to index local 'n' (a number value)
--> index_errors.lua:13: attempt to index local 'b' (a boolean value)
--> index_errors.lua:14: attempt to index local 'f' (a function value)
--> index_errors.lua:15: attempt to index global 'undefinedtable' (a nil value)
--> index_errors.lua:16: table index is nil
--> index_errors.lua:17: table index is NaN
--> nil	nil
