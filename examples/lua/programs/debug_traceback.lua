-- debug.traceback: levels, names of all kinds, messages, many levels.
-- only: luajit
local function show(...) print((debug.traceback(...))) end
-- A coroutine has nothing below it.
local function try(f) coroutine.wrap(f)() end
try(function() show("message") end)
try(function() print((debug.traceback("level 0", 0))) end)
try(function() print((debug.traceback("level 1", 1))) end)
try(function() print((debug.traceback("level 2", 2))) end)
try(function() print((debug.traceback("level 9", 9))) end)
try(function() print((debug.traceback())) end)
try(function() print((debug.traceback(12, "1"))) end)
print(debug.traceback(nil), debug.traceback(true), type(debug.traceback({})))
print(pcall(debug.traceback, "x", {}))
local object = { method = function(self) show("method") end, inner = {} }
object.inner.field = object.method
function global() show("global") end
local up = global
try(function()
  object:method()
  object.method()
  object.inner.field()
  global()
  up()
  local loc = global
  loc()
  pcall(global)
  xpcall(global, print);
  (function() show("no name") end)()
  for _ in global do end
  table.sort({ 1, 2 }, function() show("compares") return false end)
end)
local meta = setmetatable({}, {
  __index = function() show("index") end, __newindex = function() show("newindex") end,
  __add = function() show("add") end, __call = function() show("call") end,
  __eq = function() show("eq") end, __lt = function() show("lt") end,
  __le = function() show("le") end, __concat = function() show("concat") end,
  __unm = function() show("unm") end,
})
try(function()
  local x = meta.x
  meta.x = 1
  x = meta + 1
  x = 1 + meta
  meta()
  x = meta == setmetatable({}, getmetatable(meta))
  x = meta < meta
  x = meta <= meta
  x = meta .. "x"
  x = -meta
end)
local function tail() return show("tail") end
try(function() tail() print("behind") end)
local function deep(n) if n == 0 then show("deep") else deep(n - 1) end end
try(function() deep(8) end)
try(function() deep(19) end)
try(function() deep(20) end)
try(function() deep(50) end)
try(function()
  print(xpcall(function() error("thrown") end, debug.traceback))
  print(xpcall(function() local x; x.y = 1 end, debug.traceback))
  print(xpcall(function() local x; x.y = 1 end, function(e) return debug.traceback(e) end))
  print(xpcall(function() return nil + 1 end, function(e) return debug.traceback(e, 1) end))
end)

--> message
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:6: in function <debug_traceback.lua:6>
--> level 0
--> stack traceback:
--> 	[C]: in function 'traceback'
--> 	debug_traceback.lua:7: in function <debug_traceback.lua:7>
--> level 1
--> stack traceback:
--> 	debug_traceback.lua:8: in function <debug_traceback.lua:8>
--> level 2
--> stack traceback:
--> level 9
--> stack traceback:
--> stack traceback:
--> 	debug_traceback.lua:11: in function <debug_traceback.lua:11>
--> 12
--> stack traceback:
--> 	debug_traceback.lua:12: in function <debug_traceback.lua:12>
--> nil	true	table
--> false	bad argument #2 to '?' (number expected, got table)
--> method
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:15: in function 'method'
--> 	debug_traceback.lua:20: in function <debug_traceback.lua:19>
--> method
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:15: in function 'method'
--> 	debug_traceback.lua:21: in function <debug_traceback.lua:19>
--> method
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:15: in function 'field'
--> 	debug_traceback.lua:22: in function <debug_traceback.lua:19>
--> global
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:17: in function 'global'
--> 	debug_traceback.lua:23: in function <debug_traceback.lua:19>
--> global
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:17: in function 'up'
--> 	debug_traceback.lua:24: in function <debug_traceback.lua:19>
--> global
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:17: in function 'loc'
--> 	debug_traceback.lua:26: in function <debug_traceback.lua:19>
--> global
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:17: in function <debug_traceback.lua:17>
--> 	[C]: in function 'pcall'
--> 	debug_traceback.lua:27: in function <debug_traceback.lua:19>
--> global
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:17: in function <debug_traceback.lua:17>
--> 	[C]: in function 'xpcall'
--> 	debug_traceback.lua:28: in function <debug_traceback.lua:19>
--> no name
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:29: in function <debug_traceback.lua:29>
--> 	debug_traceback.lua:29: in function <debug_traceback.lua:19>
--> global
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:17: in function '(for generator)'
--> 	debug_traceback.lua:30: in function <debug_traceback.lua:19>
--> compares
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:31: in function <debug_traceback.lua:31>
--> 	[C]: in function 'sort'
--> 	debug_traceback.lua:31: in function <debug_traceback.lua:19>
--> index
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:34: in function '__index'
--> 	debug_traceback.lua:41: in function <debug_traceback.lua:40>
--> newindex
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:34: in function '__newindex'
--> 	debug_traceback.lua:42: in function <debug_traceback.lua:40>
--> add
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:35: in function '__add'
--> 	debug_traceback.lua:43: in function <debug_traceback.lua:40>
--> add
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:35: in function '__add'
--> 	debug_traceback.lua:44: in function <debug_traceback.lua:40>
--> call
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:35: in function 'meta'
--> 	debug_traceback.lua:45: in function <debug_traceback.lua:40>
--> eq
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:36: in function '__eq'
--> 	debug_traceback.lua:46: in function <debug_traceback.lua:40>
--> lt
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:36: in function '__lt'
--> 	debug_traceback.lua:47: in function <debug_traceback.lua:40>
--> le
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:37: in function '__le'
--> 	debug_traceback.lua:48: in function <debug_traceback.lua:40>
--> concat
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:37: in function '__concat'
--> 	debug_traceback.lua:49: in function <debug_traceback.lua:40>
--> unm
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:38: in function '__unm'
--> 	debug_traceback.lua:50: in function <debug_traceback.lua:40>
--> tail
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'tail'
--> 	debug_traceback.lua:53: in function <debug_traceback.lua:53>
--> behind
--> deep
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:55: in function <debug_traceback.lua:55>
--> deep
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:56: in function <debug_traceback.lua:56>
--> deep
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	...
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:57: in function <debug_traceback.lua:57>
--> deep
--> stack traceback:
--> 	debug_traceback.lua:3: in function 'show'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	...
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:54: in function 'deep'
--> 	debug_traceback.lua:58: in function <debug_traceback.lua:58>
--> false	debug_traceback.lua:60: thrown
--> stack traceback:
--> 	[C]: in function 'error'
--> 	debug_traceback.lua:60: in function <debug_traceback.lua:60>
--> 	[C]: in function 'xpcall'
--> 	debug_traceback.lua:60: in function <debug_traceback.lua:59>
--> false	debug_traceback.lua:61: attempt to index local 'x' (a nil value)
--> stack traceback:
--> 	debug_traceback.lua:61: in function <debug_traceback.lua:61>
--> 	[C]: in function 'xpcall'
--> 	debug_traceback.lua:61: in function <debug_traceback.lua:59>
--> false	debug_traceback.lua:62: attempt to index local 'x' (a nil value)
--> stack traceback:
--> 	debug_traceback.lua:62: in function <debug_traceback.lua:62>
--> 	[C]: in function 'xpcall'
--> 	debug_traceback.lua:62: in function <debug_traceback.lua:59>
--> false	debug_traceback.lua:63: attempt to perform arithmetic on a nil value
--> stack traceback:
--> 	debug_traceback.lua:63: in function <debug_traceback.lua:63>
--> 	[C]: in function 'xpcall'
--> 	debug_traceback.lua:63: in function <debug_traceback.lua:59>
