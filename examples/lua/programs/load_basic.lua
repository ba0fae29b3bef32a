-- load and loadstring: results, names, environments, errors.
print(loadstring("return 1 + 1")())
print(loadstring("local a, b = ...; return b, a")(1, 2))
print(loadstring("syntax error here"))
print(loadstring("return +", "=chunk"))
print(loadstring("return +", "@file.lua"))
print(loadstring("error('boom')", "=named") and pcall(loadstring("error('boom')", "=named")))
print(pcall(loadstring("local x; return x.y", "@f.lua")))
print(pcall(loadstring("return undefinedname + 1")))
x = "global x"
print(loadstring("return x")(), loadstring("x = 'changed'")() == nil and x)
local parts, i = { "return ", "4", "2" }, 0
print(load(function() i = i + 1; return parts[i] end)())
print(load(function() return nil end)() == nil)
print(pcall(load, function() error("reader", 0) end))
print((load(function() return {} end)), (pcall(load, true)))
local f = loadstring("n = (n or 0) + 1; return n")
print(f(), f(), n)
print(loadstring("")() == nil, loadstring("-- just a comment")() == nil, loadstring("return ...")(7))
print(select("#", loadstring("return")()), loadstring("return function() return 'nested' end")()())
local compiled = {}
for k = 1, 3 do compiled[k] = assert(loadstring("return " .. k .. " * ...")) end
print(compiled[1](10), compiled[2](10), compiled[3](10))
print(pcall(assert, loadstring("x =")))

--> 2
--> 2	1
--> nil	[string "syntax error here"]:1: '=' expected near 'error'
--> nil	chunk:1: unexpected symbol near '+'
--> nil	file.lua:1: unexpected symbol near '+'
--> false
--> false	f.lua:1: attempt to index local 'x' (a nil value)
--> false	[string "return undefinedname + 1"]:1: attempt to perform arithmetic on global 'undefinedname' (a nil value)
--> global x	changed
--> 42
--> true
--> true	nil	reader
--> nil	false
--> 1	2	2
--> true	true	7
--> 0	nested
--> 10	20	30
--> false	[string "x ="]:1: unexpected symbol near '<eof>'
