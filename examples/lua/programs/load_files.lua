-- loadfile and dofile: environments, modes, first lines, errors.
-- only: luajit
local function try(f, ...) print(select(2, pcall(f, ...))) end
local name = os.tmpname()
local function put(text)
  local file = assert(io.open(name, "w"))
  file:write(text)
  file:close()
end
print(loadfile("/nonexistent.lua"))
try(dofile, "/nonexistent.lua")
try(function() dofile("/nonexistent.lua") end)
try(function() dofile({}) end)
try(function() loadfile({}) end)
put("return x, ...")
x = "global"
print(loadfile(name, "t", { x = 5 })(1))
print(loadfile(name, nil, { x = 6 })(2, 3))
print(loadfile(name)(4))
print(loadfile(name, "b"))
print(dofile(name))
put("#!/usr/bin/env lua\nlocal a, b = 1, 2\nreturn b, a, ...")
print(dofile(name))
put("error('in file', 0)")
print(pcall(dofile, name))
put("error({ code = 5 })")
print(select(2, pcall(dofile, name)).code)
put("setfenv(1, {}) y = 1")
dofile(name)
print(y)
print(os.remove(name))

--> nil	cannot open /nonexistent.lua: No such file or directory
--> cannot open /nonexistent.lua: No such file or directory
--> cannot open /nonexistent.lua: No such file or directory
--> load_files.lua:13: bad argument #1 to 'dofile' (string expected, got table)
--> load_files.lua:14: bad argument #1 to 'loadfile' (string expected, got table)
--> 5	1
--> 6	2	3
--> global	4
--> nil	attempt to load chunk with wrong mode
--> global
--> 2	1
--> false	in file
--> 5
--> nil
--> true
