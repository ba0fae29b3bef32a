-- load: results of readers, modes, compiled chunks, names.
-- only: luajit
local function try(f, ...) print(select(2, pcall(f, ...))) end
local function parts(...)
  local list, n = { ... }, 0
  return function() n = n + 1; return list[n] end
end
print(load(parts("return ", 4, "2"))())
print(load(parts("return 1", "", "syntax error"))())
print(load(parts("x =")))
print(load(parts("x ="), "@foo"))
print(load(parts("x"), "=foo"))
print(type(select(2, load(function() error({}) end))))
print(load(coroutine.wrap(function() coroutine.yield("return ") coroutine.yield("5") end))())
print(coroutine.wrap(function() return load(function() coroutine.yield() end) end)())
print((load("#!first line\nreturn 'second'"))())
print((loadstring("\239\187\191return 'marked'"))())
print(load("return 1", nil, "x"))
print(load("return 1", nil, ""))
print(load("return 1", nil, "bt")())
print(loadstring("return 1", "=x", "b"))
print(load("\27Lua"))
print(load("\27LJ", "=n", "t"))
print(load("\27Lua", "=n"))
print(load("\27Lua", "@n", "b"))
print(load(12))
print(load("x=", 12))
try(function() load() end)
try(function() load({}) end)
try(function() load("", {}) end)
try(function() loadstring() end)
try(function() loadstring({}) end)
x = "global"
print(load("return x", nil, nil, { x = "own" })(), load("return x", nil, nil, nil)(), load("return x", nil, nil, 5)())

--> 42
--> 1
--> nil	(load):1: unexpected symbol near '<eof>'
--> nil	foo:1: unexpected symbol near '<eof>'
--> nil	foo:1: '=' expected near '<eof>'
--> table
--> 5
--> nil	load_readers.lua:15: attempt to yield across C-call boundary
--> second
--> marked
--> nil	attempt to load chunk with wrong mode
--> nil	attempt to load chunk with wrong mode
--> 1
--> nil	attempt to load chunk with wrong mode
--> nil	(binary): cannot load incompatible bytecode
--> nil	attempt to load chunk with wrong mode
--> nil	n: cannot load incompatible bytecode
--> nil	n: cannot load incompatible bytecode
--> nil	[string "12"]:1: unexpected symbol near '12'
--> nil	[string "12"]:1: unexpected symbol near '<eof>'
--> load_readers.lua:28: bad argument #1 to 'load' (function expected, got no value)
--> load_readers.lua:29: bad argument #1 to 'load' (function expected, got table)
--> load_readers.lua:30: bad argument #2 to 'load' (string expected, got table)
--> load_readers.lua:31: bad argument #1 to 'loadstring' (function expected, got no value)
--> load_readers.lua:32: bad argument #1 to 'loadstring' (function expected, got table)
--> own	global	global
