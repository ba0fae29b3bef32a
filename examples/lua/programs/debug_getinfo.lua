-- debug.getinfo: functions, levels, options, names.
-- only: luajit
local function try(f, ...) print(select(2, pcall(f, ...))) end
local function show(info)
  if type(info) ~= "table" then return print(info) end
  local list = {}
  for key, value in pairs(info) do
    list[#list + 1] = key .. "=" .. (type(value) == "function" and "function" or tostring(value))
  end
  table.sort(list)
  print(table.concat(list, " "))
end
show(debug.getinfo(1, "nluf"))
show(debug.getinfo(show))
show(debug.getinfo(print, "Sl"))
show(debug.getinfo(1000))
show(debug.getinfo(-1))
show(debug.getinfo(1e10))
show(debug.getinfo(0))
local function f(a, b, ...)
  local x = try
  show(debug.getinfo(1))
  show(debug.getinfo(1, "n"))
  show(debug.getinfo(2, "nl"))
  print(debug.getinfo(1, "f").func == f)
end
f()
function global() show(debug.getinfo(1, "n")) end
local object = { method = global, inner = { field = global } }
local up = global
object:method()
object.method()
object.inner.field()
global();
(function() up() end)()
pcall(global)
for _ in global do end
local meta = setmetatable({}, { __index = global, __add = global, __lt = global, __eq = global, __concat = global,
  __unm = global, __newindex = global, __call = global, __le = global })
local _ = meta.x
_ = meta + 1
_ = 1 + meta
_ = meta < meta
_ = meta <= meta
_ = meta == setmetatable({}, getmetatable(meta))
_ = meta .. "x"
_ = -meta
meta.y = 1
meta()
try(function() debug.getinfo() end)
try(function() debug.getinfo("x") end)
try(function() debug.getinfo({}) end)
try(function() debug.getinfo(1, "x") end)
try(function() debug.getinfo(1, ">") end)
try(function() debug.getinfo(1, {}) end)
show(debug.getinfo(1, ""))
show(debug.getinfo("1", "l"))
show(debug.getinfo(f, "f"))
show(debug.getinfo(f, "u"))
show(debug.getinfo(f, "n"))
show(debug.getinfo(f, "l"))
show(debug.getinfo(loadstring("return 1", "=foo"), "S"))
show(debug.getinfo(loadstring("return 1"), "S"))
print(coroutine.wrap(function() return debug.getinfo(coroutine.running(), 1, "l").currentline end)())

--> currentline=13 func=function isvararg=true namewhat= nparams=0 nups=0
--> currentline=-1 func=function isvararg=false lastlinedefined=12 linedefined=4 namewhat= nparams=1 nups=0 short_src=debug_getinfo.lua source=@debug_getinfo.lua what=Lua
--> currentline=-1 lastlinedefined=-1 linedefined=-1 short_src=[C] source==[C] what=C
--> nil
--> nil
--> nil
--> currentline=-1 func=function isvararg=true lastlinedefined=-1 linedefined=-1 name=getinfo namewhat=field nparams=0 nups=0 short_src=[C] source==[C] what=C
--> currentline=22 func=function isvararg=true lastlinedefined=26 linedefined=20 name=f namewhat=local nparams=2 nups=3 short_src=debug_getinfo.lua source=@debug_getinfo.lua what=Lua
--> name=f namewhat=local
--> currentline=27 namewhat=
--> true
--> name=method namewhat=method
--> name=method namewhat=field
--> name=field namewhat=field
--> name=global namewhat=global
--> name=up namewhat=upvalue
--> namewhat=
--> name=(for generator) namewhat=local
--> name=__index namewhat=metamethod
--> name=__add namewhat=metamethod
--> name=__add namewhat=metamethod
--> name=__lt namewhat=metamethod
--> name=__le namewhat=metamethod
--> name=__eq namewhat=metamethod
--> name=__concat namewhat=metamethod
--> name=__unm namewhat=metamethod
--> name=__newindex namewhat=metamethod
--> name=meta namewhat=local
--> debug_getinfo.lua:50: bad argument #1 to 'getinfo' (function or level expected)
--> debug_getinfo.lua:51: bad argument #1 to 'getinfo' (function or level expected)
--> debug_getinfo.lua:52: bad argument #1 to 'getinfo' (function or level expected)
--> debug_getinfo.lua:53: bad argument #2 to 'getinfo' (invalid option)
--> debug_getinfo.lua:54: bad argument #2 to 'getinfo' (invalid option)
--> debug_getinfo.lua:55: bad argument #2 to 'getinfo' (string expected, got table)
-->
--> currentline=57
--> func=function
--> isvararg=true nparams=2 nups=3
--> namewhat=
--> currentline=-1
--> lastlinedefined=1 linedefined=0 short_src=foo source==foo what=main
--> lastlinedefined=1 linedefined=0 short_src=[string "return 1"] source=return 1 what=main
--> 64
