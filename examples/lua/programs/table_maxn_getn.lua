-- table.maxn and the old functions for counting.
print(table.maxn {}, table.maxn { 1, 2, 3 }, table.maxn { [10] = 1, [2.5] = 2, x = 3 }, table.maxn { [-1] = 1 })
print(table.maxn { 1, nil, 3 }, table.maxn { [1e10] = true })
local t = { 1, 2, 3 }
local n = 0
table.foreach(t, function(k, v) n = n + k * v end)
print(n)
table.foreachi(t, function(k, v) n = n + 100 end)
print(n)
print(table.foreach({ 5 }, function(k, v) return "stopped", k end))
print(table.getn { 1, 2, 3 })

--> 0	3	10	0
--> 3	10000000000
--> 14
--> 314
--> stopped
--> 3
