-- The line of an error in the call of a generic `for` is that of the first token after `in`.
local function line(text) return (select(2, pcall(loadstring(text, "=x")))) end
print(line("for k in 3 do end"))
print(line("\n\nfor k in\n3\ndo end"))
print(line("for k\nin\n\n3\n,\n4 do end"))
print(line("for k, v, w in\nnil,\n1 do\nend"))
print(line("for k in (function()\nerror('inner')\nend)\ndo end"))
print(line("local t = {}\nfor k in\npairs(\nt),\n1 do end return 'fine'"))
print(line("for i = 1,\n{} do end"))
print(line("for k in\n'x' do\nend"))

--> x:1: attempt to call a number value
--> x:4: attempt to call a number value
--> x:4: attempt to call a number value
--> x:2: attempt to call a nil value
--> x:2: inner
--> x:3: bad argument #1 to '(for generator)' (table expected, got number)
--> x:2: 'for' limit must be a number
--> x:2: attempt to call a string value
