-- Unusual files, dates and locales in the os library.
-- only: luajit
local name = os.tmpname()
print(type(name), os.remove(name), select("#", os.remove(name)), (os.remove(name)), select(3, os.remove(name)))
print(os.remove("/nonexistent/file"))
print(os.rename("/nonexistent/file", "/nonexistent/other"))
local one, other = os.tmpname(), os.tmpname()
print(one ~= other, os.rename(one, other), (os.remove(one)), (os.remove(other)))
print(os.execute("exit 3") == (os.getenv("OS") == "Windows_NT" and 3 or 768), os.execute("exit 0"), os.execute() ~= 0)
print(os.setlocale(), os.setlocale("C"), os.setlocale("POSIX", "numeric"), os.setlocale("xx", "all"), os.setlocale(nil, "time"))
print(os.getenv("A=B"), os.getenv(""), os.difftime(5.7, 1.2), os.difftime("7"))
print(os.date("!%c", "86400"), os.date("", 0) == "", os.date("!", 0) == "", os.date("!%Y\0%d", 0), os.date("!%c", 0 / 0), os.date("!%d", -86400.5))
local t = os.date("!*t", 1e9)
print(t.year, t.month, t.day, t.hour, t.min, t.sec, t.wday, t.yday, t.isdst)
print(os.time { year = "2000", month = "1", day = 1.9, hour = 0 } == os.time { year = 2000, month = 1, day = 1, hour = 0 })
local dates = setmetatable({}, { __index = function(_, key) if key ~= "isdst" then return 10 end end })
print(os.time(dates) == os.time { year = 10, month = 10, day = 10, hour = 10, min = 10, sec = 10 })
local function try(f) print(select(2, pcall(f))) end
try(function() os.time(5) end)
try(function() os.time { year = 2000, month = 1, day = "x" } end)
try(function() os.date({}) end)
try(function() os.date("%c", {}) end)
try(function() os.getenv() end)
try(function() os.rename("a") end)
try(function() os.setlocale("C", "foo") end)
try(function() os.difftime() end)
try(function() os.exit("x") end)

--> string	true	3	nil	2
--> nil	/nonexistent/file: No such file or directory	2
--> nil	/nonexistent/file: No such file or directory	2
--> true	true	nil	true
--> true	0	true
--> C	C	C	nil	C
--> nil	nil	4	7
--> Fri Jan  2 00:00:00 1970	true	true	1970	nil	31
--> 2001	9	9	1	46	40	1	252	false
--> true
--> true
--> os_edges.lua:19: bad argument #1 to 'time' (table expected, got number)
--> os_edges.lua:20: field 'day' missing in date table
--> os_edges.lua:21: bad argument #1 to 'date' (string expected, got table)
--> os_edges.lua:22: bad argument #2 to 'date' (number expected, got table)
--> os_edges.lua:23: bad argument #1 to 'getenv' (string expected, got no value)
--> os_edges.lua:24: bad argument #2 to 'rename' (string expected, got no value)
--> os_edges.lua:25: bad argument #2 to 'setlocale' (invalid option 'foo')
--> os_edges.lua:26: bad argument #1 to 'difftime' (number expected, got no value)
--> os_edges.lua:27: bad argument #1 to 'exit' (number expected, got string)
