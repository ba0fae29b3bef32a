-- pcall and error: values, levels and positions.
print(pcall(function() return 1, 2, 3 end))
print(pcall(function() error("message") end))
print(pcall(function() error("no position", 0) end))
print(pcall(function() error("level 1", 1) end))
local function thrower() error("level 2", 2) end
print(pcall(function() thrower() end))
local function deeper() error("level 3", 3) end
local function middle() deeper(); return end
print(pcall(function() middle(); return end))
print(pcall(error))
print(pcall(error, nil))
print(pcall(error, "from C"))
print(pcall(error, 42), pcall(error, true))
local t = {}
local ok, e = pcall(error, t)
print(ok, e == t)
print(pcall(function() error(12) end))
print(pcall(function() error("12" + 1) end))
print(pcall(function() error(print) end) == false)
print(select("#", pcall(error)), select("#", pcall(function() end)))
print(pcall(pcall, error, "x"))
print(pcall(function() return pcall(function() error("inner", 0) end) end))
print(pcall(function() pcall(error, "lost"); error("kept", 0) end))
print(pcall(function(...) return select("#", ...), ... end, 1, nil, nil))
local n = 0
for i = 1, 1000 do if not pcall(function() if i % 3 == 0 then error("x") end; n = n + 1 end) then n = n + 1000 end end
print(n)
print((pcall(function() local x = nil; x() end)))
print(pcall(assert, false)); print(pcall(assert, nil, "assert message")); print(pcall(assert, 1, 2, 3)); print(pcall(assert, false, { 1 }) == false)

--> true	1	2	3
--> false	pcall_basic.lua:3: message
--> false	no position
--> false	pcall_basic.lua:5: level 1
--> false	pcall_basic.lua:7: level 2
--> false	pcall_basic.lua:10: level 3
--> false	nil
--> false	nil
--> false	from C
--> false	false	true
--> false	true
--> false	pcall_basic.lua:18: 12
--> false	pcall_basic.lua:19: 13
--> true
--> 2	1
--> true	false	x
--> true	false	inner
--> false	kept
--> true	3	1	nil	nil
--> 333667
--> false
--> false	assertion failed!
--> false	assert message
--> true	1	2	3
--> true
