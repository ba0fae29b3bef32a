-- os.time, os.date, os.clock and os.getenv, as far as their results are defined.
print(type(os.time()), os.time() > 1.6e9, type(os.clock()), os.clock() >= 0)
local t = os.time { year = 2001, month = 9, day = 9, hour = 12 }
print(os.date("%Y-%m-%d %H:%M:%S", t))
local d = os.date("*t", t)
print(d.year, d.month, d.day, d.hour, d.min, d.sec, d.wday, d.yday, type(d.isdst))
print(os.date("!%Y-%m-%d %H:%M:%S", 0), os.date("!%c", 0), os.date("!%x %X %p", 0))
print(os.date("!%a %A %b %B %d %j %U %w %y %%", 86400 * 45))
print(os.date("!%H:%M:%S", 3661), os.date("!*t", 86399).hour)
print(os.time { year = 2000, month = 1, day = 1, hour = 0 } - os.time { year = 1999, month = 12, day = 31, hour = 0 })
print(os.date("%Y-%m-%d", os.time { year = 2023, month = 14, day = -3 }))
print(os.date("%d", os.time { year = 2024, month = 3, day = 0 }), os.difftime(10, 5))
print(os.getenv("SURELY_NOT_SET_ANYWHERE"), type(os.getenv("PATH")))
print(pcall(os.time, { year = 2000 }))
print(os.date("!%I %p", 43200), os.date("!%I %p", 0))
local round = os.time(os.date("*t", t))
print(round == t)

--> number	true	number	true
--> 2001-09-09 12:00:00
--> 2001	9	9	12	0	0	1	252	boolean
--> 1970-01-01 00:00:00	Thu Jan  1 00:00:00 1970	01/01/70 00:00:00 AM
--> Sun Sunday Feb February 15 046 07 0 70 %
--> 01:01:01	23
--> 86400
--> 2024-01-28
--> 29	5
--> nil	string
--> false	field 'day' missing in date table
--> 12 PM	12 AM
--> true
