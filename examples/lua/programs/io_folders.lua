-- Folders opened as files.
-- only: luajit
-- except: windows: the system opens no folders
local function try(f, ...) print(select(2, pcall(f, ...))) end
print(io.open("/tmp", "w"))
print(io.open("/tmp"):read())
print(io.open("/tmp"):read(0))
print(io.open("/tmp"):read("*a"))
try(function() for l in io.open("/tmp"):lines() do end end)

--> nil	/tmp: Is a directory	21
--> nil	Is a directory	21
--> nil	Is a directory	21
--> nil	Is a directory	21
--> io_folders.lua:9: Is a directory
