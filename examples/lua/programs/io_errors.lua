-- Errors of io: files that cannot be opened, closed files, and unusual arguments.
-- only: luajit
local function try(f, ...) print(select(2, pcall(f, ...))) end
local name = os.tmpname()
local f = assert(io.open(name, "w"))
f:write("a\nb\n\nc")
f:close()
print(io.open("/nonexistent/x"))
print(select("#", io.open("/nonexistent/x")))
try(function() io.open() end)
try(function() io.open({}) end)
try(function() io.open(name, {}) end)
try(function() io.lines("/nonexistent/x") end)
try(function() io.input("/nonexistent/x") end)
try(function() io.output("/nonexistent/x") end)
try(function() io.lines({}) end)
f = io.open(name)
try(function() f:read("x") end)
try(function() f:read("*x") end)
try(function() f:read({}) end)
try(function() f:read(nil) end)
try(function() f:read("*a", "q") end)
try(function() f:read(-1) end)
try(function() f:seek("bad") end)
try(function() f:seek("set", {}) end)
try(function() f:seek("set", "1") end)
try(function() f:seek({}) end)
print(f:seek("set", nil), f:seek("set", -1))
print(f:seek("set", 1.9), f:seek(nil, 3), f:seek("end", 100), f:read())
try(function() f:setvbuf() end)
try(function() f:setvbuf("x") end)
try(function() f:setvbuf("no", {}) end)
print(f:setvbuf("no"), f:setvbuf("line"), f:setvbuf("full", 10))
print(f:write("x"))
print(f:flush())
f:close()
for _, method in ipairs { "close", "read", "write", "lines", "seek", "flush" } do
  try(function() f[method](f) end)
end
try(function() f:setvbuf("no") end)
try(function() io.input(f) end)
try(function() io.close(f) end)
print(io.type(f), tostring(f))
try(function() io.type() end)
try(function() f.read() end)
try(function() f.read(5) end)
try(function() io.close(5) end)
try(function() f.write({}) end)
try(function() f.lines(newproxy()) end)
f = io.open(name, "w")
try(function() f:write({}) end)
try(function() f:write(1, nil) end)
try(function() f:write("x", print) end)
print(f:write())
print(f:read())
print(f:read("*a"))
try(function() for l in f:lines() do end end)
print(f:close(), #io.open(name):read("*a"))
try(function() io.write({}) end)
try(function() io.write("written", nil) end)
print(io.write())
print(io.close(io.stdout))
print(io.stderr:close())
print(io.stdin:close())
print(io.output() == io.stdout, io.input() == io.stdin, io.output(nil) == io.stdout)
f = io.open(name, "w")
print(io.output(f) == f, io.write("hello"), io.output() == f, io.close())
try(function() io.write("x") end)
try(function() io.flush() end)
print(io.output() == f, io.output(io.stdout) == io.stdout)
io.input(name)
print(io.read(), io.close(io.input()))
try(function() io.read() end)
try(function() for l in io.lines() do end end)
io.input(io.stdin)
local methods = getmetatable(f)
print(methods.__index == methods, type(methods.__gc), type(methods.__tostring), methods.__name)
print(os.remove(name))

--> nil	/nonexistent/x: No such file or directory	2
--> 3
--> io_errors.lua:10: bad argument #1 to 'open' (string expected, got no value)
--> io_errors.lua:11: bad argument #1 to 'open' (string expected, got table)
--> io_errors.lua:12: bad argument #2 to 'open' (string expected, got table)
--> io_errors.lua:13: bad argument #1 to 'lines' (/nonexistent/x: No such file or directory)
--> io_errors.lua:14: bad argument #1 to 'input' (/nonexistent/x: No such file or directory)
--> io_errors.lua:15: bad argument #1 to 'output' (/nonexistent/x: No such file or directory)
--> io_errors.lua:16: bad argument #1 to 'lines' (string expected, got table)
--> io_errors.lua:18: bad argument #1 to 'read' (invalid format)
--> io_errors.lua:19: bad argument #1 to 'read' (invalid format)
--> io_errors.lua:20: bad argument #1 to 'read' (invalid option)
--> io_errors.lua:21: bad argument #1 to 'read' (invalid option)
--> io_errors.lua:22: bad argument #2 to 'read' (invalid format)
--> not enough memory
--> io_errors.lua:24: bad argument #1 to 'seek' (invalid option 'bad')
--> io_errors.lua:25: bad argument #2 to 'seek' (number expected, got table)
--> io_errors.lua:26: bad argument #2 to 'seek' (number expected, got string)
--> io_errors.lua:27: bad argument #1 to 'seek' (string expected, got table)
--> 0	nil	Invalid argument	22
--> 1	4	106	nil
--> io_errors.lua:30: bad argument #1 to 'setvbuf' (string expected, got no value)
--> io_errors.lua:31: bad argument #1 to 'setvbuf' (invalid option 'x')
--> io_errors.lua:32: bad argument #2 to 'setvbuf' (number expected, got table)
--> true	true	true
--> nil	Bad file descriptor	9
--> true
--> io_errors.lua:38: attempt to use a closed file
--> io_errors.lua:38: attempt to use a closed file
--> io_errors.lua:38: attempt to use a closed file
--> io_errors.lua:38: attempt to use a closed file
--> io_errors.lua:38: attempt to use a closed file
--> io_errors.lua:38: attempt to use a closed file
--> io_errors.lua:40: attempt to use a closed file
--> io_errors.lua:41: attempt to use a closed file
--> io_errors.lua:42: attempt to use a closed file
--> closed file	file (closed)
--> io_errors.lua:44: bad argument #1 to 'type' (value expected)
--> io_errors.lua:45: bad argument #1 to 'read' (FILE* expected, got no value)
--> io_errors.lua:46: bad argument #1 to 'read' (FILE* expected, got number)
--> io_errors.lua:47: bad argument #1 to 'close' (FILE* expected, got number)
--> io_errors.lua:48: bad argument #1 to 'write' (FILE* expected, got table)
--> io_errors.lua:49: bad argument #1 to 'lines' (FILE* expected, got userdata)
--> io_errors.lua:51: bad argument #1 to 'write' (string expected, got table)
--> io_errors.lua:52: bad argument #2 to 'write' (string expected, got nil)
--> io_errors.lua:53: bad argument #2 to 'write' (string expected, got function)
--> true
--> nil	Bad file descriptor	9
--> nil	Bad file descriptor	9
--> io_errors.lua:57: Bad file descriptor
--> true	2
--> io_errors.lua:59: bad argument #1 to 'write' (string expected, got table)
--> writtenio_errors.lua:60: bad argument #2 to 'write' (string expected, got nil)
--> true
--> nil	cannot close standard file
--> nil	cannot close standard file
--> nil	cannot close standard file
--> true	true	true
--> true	true	true	true
--> io_errors.lua:68: standard file is closed
--> io_errors.lua:69: standard file is closed
--> true	true
--> hello	true
--> io_errors.lua:73: standard file is closed
--> io_errors.lua:74: attempt to use a closed file
--> true	function	function	nil
--> true
