-- An inconsistent order function does not hang and does not lose elements, or is reported.
local t = {}
for i = 1, 50 do t[i] = i end
local ok, message = pcall(table.sort, t, function() return true end)
print(ok or message:find("invalid order function for sorting", 1, true) ~= nil)
local seen, n = {}, 0
for i = 1, 50 do if not seen[t[i]] then seen[t[i]] = true; n = n + 1 end end
print(n)
t = { 3, 1, 2 }
table.sort(t, function() return false end)
print(#t)
local calls = 0
t = {}
for i = 1, 64 do t[i] = (i * 37) % 64 end
table.sort(t, function(a, b) calls = calls + 1; return a < b end)
print(calls > 64 and calls < 1000, t[1], t[64])

--> true
--> 50
--> 3
--> true	0	63
