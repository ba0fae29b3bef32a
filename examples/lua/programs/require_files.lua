-- Modules in files: paths, results, errors, module and package.seeall.
-- only: luajit
local function try(f, ...) print((select(2, pcall(f, ...)))) end
package.path, package.cpath = "./?.lua;/x/?/y.lua", "./?.so"
try(function() require("a.b") end)
try(function() require() end)
try(function() require({}) end)
package.path = nil
try(function() require("q") end)
package.path = 5
try(function() require("q") end)
package.path = ""
package.cpath = ""
try(function() require("q") end)
package.cpath = nil
try(function() require("q") end)
package.cpath = ""
local base = os.tmpname()
package.path = base .. "?.lua"
local files = {}
local function put(name, text)
  local path = base .. name .. ".lua"
  files[#files + 1] = path
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end
put("one", "print('one', ...) return { a = 1 }")
print(require("one").a, package.loaded.one.a, require("one") == package.loaded.one)
put("two", "print('two', ...)")
print(require("two"), package.loaded.two)
put("three", "x = = 1")
print((select(2, pcall(require, "three")):gsub(base:gsub("%p", "%%%0"), "base ")))
put("four", "error('in four', 0)")
try(function() require("four") end)
try(function() require("four") end)
put("five", "return require 'five'")
try(function() require("five") end)
put("six", "return false")
print(require("six"), package.loaded.six)
print(require("six"))
put("seven", "package.loaded[...] = 'set'")
print(require("seven"))
put("eight", "module(..., package.seeall) function f() return _NAME, _PACKAGE, _M == eight end print(getfenv(1) == _M)")
print(require("eight") == eight, eight.f())
put("nine", "module('pack.sub', function(m) print('option', m._NAME) end) a = 1")
print(require("nine"), pack.sub.a, pack.sub._PACKAGE, package.loaded["pack.sub"] == pack.sub)
try(function() module() end)
try(function() module("print") end)
try(function() module("string.x.y") end)
print(string.x.y._NAME, pcall(module, "foo"))
try(function() module("print.x") end)
try(function() package.seeall() end)
try(function() package.seeall(1) end)
print((package.searchpath("one", base .. "?.lua"):gsub("^.*/", "") ~= ""))
print(package.searchpath("x.y", "./?.a;?/b", ".", "-"))
print(package.config)
package.loaders = nil
try(function() require("zz") end)
package.loaders = {}
try(function() require("zz") end)
package.loaders = { function(n) return "\n\tcustom " .. n end, function(n) return 5 end, function() end }
try(function() require("zz") end)
package.loaders = { function(n) return function(...) return select("#", ...) end end }
print(require("zz"))
for _, path in ipairs(files) do os.remove(path) end
os.remove(base)

--> require_files.lua:5: module 'a.b' not found:
--> 	no field package.preload['a.b']
--> 	no file './a/b.lua'
--> 	no file '/x/a/b/y.lua'
--> 	no file './a/b.so'
--> 	no file './a.so'
--> require_files.lua:6: bad argument #1 to 'require' (string expected, got no value)
--> require_files.lua:7: bad argument #1 to 'require' (string expected, got table)
--> 'package.path' must be a string
--> require_files.lua:11: module 'q' not found:
--> 	no field package.preload['q']
--> 	no file '5'
--> 	no file './q.so'
--> require_files.lua:14: module 'q' not found:
--> 	no field package.preload['q']
--> 'package.cpath' must be a string
--> one	one
--> 1	1	true
--> two	two
--> true	true
--> error loading module 'three' from file 'base three.lua':
--> 	base three.lua:1: unexpected symbol near '='
--> in four
--> require_files.lua:36: loop or previous error loading module 'four'
--> loop or previous error loading module 'five'
--> false	false
--> false
--> set
--> true
--> true	eight		true
--> option	pack.sub
--> true	1	pack.	true
--> require_files.lua:48: bad argument #1 to 'module' (string expected, got no value)
--> require_files.lua:49: name conflict for module 'print'
--> nil
--> string.x.y	false	'module' not called from a Lua function
--> require_files.lua:52: name conflict for module 'print.x'
--> require_files.lua:53: bad argument #1 to 'seeall' (table expected, got no value)
--> require_files.lua:54: bad argument #1 to 'seeall' (table expected, got number)
--> true
--> nil	
--> 	no file './x-y.a'
--> 	no file 'x-y/b'
--> /
--> ;
--> ?
--> !
--> -
-->
--> require_files.lua:59: 'package.loaders' must be a table
--> require_files.lua:61: module 'zz' not found:
--> require_files.lua:63: module 'zz' not found:
--> 	custom zz5
--> 1
