-- lines with formats, and its iterator at the end of the file.
-- only: luajit
local function try(f, ...) print(select(2, pcall(f, ...))) end
local name = os.tmpname()
local f = assert(io.open(name, "w"))
f:write("a\nb\n\nc")
f:close()
for l in io.lines(name) do io.write("[", l, "]") end
print()
for a, b in io.lines(name, 1, "*l") do io.write("[", tostring(a), ",", tostring(b), "]") end
print()
for l in io.lines(name, "*L") do io.write("[", l, "]") end
print()
for l in io.lines(name, "a") do io.write("[", l, "]") break end
print()
print(pcall(io.lines, name, "*x") and "checked later")
try(function() for l in io.lines(name, "*x") do end end)
try(function() for l in io.lines(name, {}) do end end)
local next_line = io.lines(name)
next_line() next_line() next_line()
print(next_line(), select("#", next_line()))
try(function() next_line() end)
f = io.open(name)
local lines = f:lines()
print(lines(), f:read("*L"), lines() == "", lines(), lines(), io.type(f))
f:seek("set")
print(lines())
f:close()
try(lines)
print(os.remove(name))

--> [a][b][][c]
--> [a,][b,][
--> ,c]
--> [a
--> ][b
--> ][
--> ][c]
--> [a
--> b
-->
--> c]
--> checked later
--> io_lines.lua:17: bad argument #1 to '(for generator)' (invalid format)
--> io_lines.lua:18: bad argument #1 to '(for generator)' (invalid option)
--> c	0
--> io_lines.lua:22: attempt to use a closed file
--> a	b
--> 	true	c	nil	file
--> a
--> attempt to use a closed file
--> true
