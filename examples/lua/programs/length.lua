-- The length operator.
print(#"", #"abc", #"a\0b", #("x"):rep(1000))
local t = { 1, 2, 3 }
print(#t, #{}, #{ n = 1 }, #{ 1, 2, n = 3 })
t[#t + 1] = 4
t[#t + 1] = 5
print(#t)
t[#t] = nil
print(#t, t[#t])
local long = {}
for i = 1, 1000 do long[i] = i end
print(#long)
for i = 1000, 501, -1 do long[i] = nil end
print(#long)
local function args(...) return #{ ... } end
print(args(), args(1), args(1, 2, 3))
local function try(f) print(select(2, pcall(f))) end
try(function() local n = 5; return #n end)
try(function() local x; return #x end)
try(function() return #undefined end)
try(function() local t = {}; return #t.x end)

--> 0	3	3	1000
--> 3	0	0	2
--> 5
--> 4	4
--> 1000
--> 500
--> 0	1	3
--> length.lua:18: attempt to get length of local 'n' (a number value)
--> length.lua:19: attempt to get length of local 'x' (a nil value)
--> length.lua:20: attempt to get length of global 'undefined' (a nil value)
--> length.lua:21: attempt to get length of field 'x' (a nil value)
