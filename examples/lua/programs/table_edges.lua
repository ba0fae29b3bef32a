-- Unusual positions and counts in the table library, which ignores metatables.
-- only: luajit
local function show(t, from, to)
  local parts = {}
  for i = from, to do parts[#parts + 1] = tostring(t[i]) end
  print(table.concat(parts, " "))
end
local t = { 1, 2, 3 }
table.insert(t, 0, "z")
show(t, -1, 5)
t = { 1, 2, 3 }
table.insert(t, -1, "z")
show(t, -2, 5)
t = { 1, 2, 3 }
table.insert(t, 6, "z")
show(t, 1, 7)
t = { 1, 2, 3 }
table.insert(t, 2, nil)
show(t, 1, 5)
table.insert(t, "2", "s")
table.insert(t, 2.9, "f")
show(t, 1, 7)
print(table.remove(t, "1"), table.remove(t, 1.9), (table.remove(t, 0)), (table.remove(t, 99)), (table.remove(t, -1)))
print(select("#", table.remove(t, 99)), select("#", table.insert(t, 1)), select("#", table.sort(t, function() end)))
local called = {}
local mt = { __index = function() called[#called + 1] = "index" end, __newindex = function() called[#called + 1] = "newindex" end,
  __len = function() called[#called + 1] = "len" return 5 end }
t = setmetatable({ 1, 2 }, mt)
table.insert(t, 3)
table.insert(t, 1, 0)
print(table.remove(t), table.remove(t, 1), table.getn(t), table.concat(t, " "), table.maxn(t), #called)
print(pcall(table.concat, setmetatable({}, mt), ",", 1, 1))
table.move(t, 1, 2, 2)
show(t, 1, 3)
print(#called)
print(table.concat({ 1, 2, 3 }, 7, 1.9, "2"), table.concat({ 1 }, ",", 1, -1e300) == "", pcall(table.concat, {}, ",", 1e300))
local long = {}
local megabyte = "x"
for i = 1, 5000 do long[i] = i end
for i = 1, 20 do megabyte = megabyte .. megabyte end
print(pcall(table.concat, long, megabyte))
print(table.foreach({ 1, 2, 3 }, function(k, v) if k == 2 then return v * 10, "more" end end))
print(select("#", table.foreach({}, print)), select("#", table.foreachi({}, print)))
local u = { a = 1, b = 2, c = 3 }
table.foreach(u, function(k) u[k] = nil; collectgarbage() end)
print(next(u))
local function try(f) print(select(2, pcall(f))) end
try(function() table.remove() end)
try(function() table.remove({ 1 }, {}) end)
try(function() table.getn() end)
try(function() table.maxn() end)
try(function() table.foreach({}) end)
try(function() table.foreachi(1, print) end)
try(function() table.move({}, 1, 2) end)
try(function() table.move({}, 1, 2, 3, 4) end)
try(function() table.insert({}, nil, 2) end)
try(function() table.sort({}, 5) end)
try(function() table.concat({}, {}) end)
try(function() table.concat({ {} }) end)

--> nil z nil 1 2 3 nil
--> nil z nil nil 1 2 3 nil
--> 1 2 3 nil nil z nil
--> 1 nil 2 3 nil
--> 1 f s nil 2 3 nil
--> 1	f	nil	nil	nil
--> 0	0	0
--> 3	0	2	1 2	2	0
--> false	invalid value (nil) at index 1 in table for 'concat'
--> 1 1 2
--> 0
--> 172	true	false	invalid value (nil) at index -2147483648 in table for 'concat'
--> false	not enough memory
--> 20
--> 0	0
--> nil
--> table_edges.lua:48: bad argument #1 to 'remove' (table expected, got nil)
--> table_edges.lua:49: bad argument #2 to 'remove' (number expected, got table)
--> table_edges.lua:50: bad argument #1 to 'getn' (table expected, got nil)
--> table_edges.lua:51: bad argument #1 to 'maxn' (table expected, got no value)
--> table_edges.lua:52: bad argument #2 to 'foreach' (function expected, got nil)
--> table_edges.lua:53: bad argument #1 to 'foreachi' (table expected, got number)
--> table_edges.lua:54: bad argument #4 to 'move' (number expected, got nil)
--> table_edges.lua:55: bad argument #5 to 'move' (table expected, got number)
--> table_edges.lua:56: bad argument #2 to 'insert' (number expected, got nil)
--> table_edges.lua:57: bad argument #2 to 'sort' (function expected, got number)
--> table_edges.lua:58: bad argument #2 to 'concat' (string expected, got table)
--> table_edges.lua:59: invalid value (table) at index 1 in table for 'concat'
