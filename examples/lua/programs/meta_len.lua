-- __len: strings and tables keep their own length in 5.1.
local t = setmetatable({ 1, 2, 3 }, { __len = function() return 42 end })
print(#t)
print(#"abc")
print(select(2, pcall(function() local n = 5; return #n end)))
local u = newproxy(true)
getmetatable(u).__len = function() return 7 end
print(#u)
getmetatable(u).__index = function(_, k) return k .. "?" end
print(u.field, u[1])
getmetatable(u).__tostring = function() return "a proxy" end
print(tostring(u), type(u))
getmetatable(u).__call = function(self, x) return x * 2 end
print(u(21))
getmetatable(u).__newindex = function(_, k, v) print("set", k, v) end
u.x = 1

--> 3
--> 3
--> meta_len.lua:5: attempt to get length of local 'n' (a number value)
--> 7
--> field?	1?
--> a proxy	userdata
--> 42
--> set	x	1
