-- Endless recursion is an error that can be caught, and the program continues.
local function endless(n) return 1 + endless(n + 1) end
for _ = 1, 3 do
  local ok, e = pcall(endless, 1)
  print(ok, (e:match("stack overflow")))
end
local depth = 0
local function count() depth = depth + 1; count(); return nil end
print((pcall(count)), depth > 1000)
local t = setmetatable({}, { __index = function(t, k) return (t[k]) end })
print((pcall(function() return t.a end)))
local function mutual_a() local function b() return (mutual_a()) end return (b()) end
function mutual_b() return (mutual_c()) end
function mutual_c() return 1 + mutual_b() end
print((pcall(mutual_b)))
local co = coroutine.create(function() return endless(1) end)
local ok, e = coroutine.resume(co)
print(ok, (e:match("stack overflow")), coroutine.status(co))
local function fine(n) if n == 0 then return 0 end return 1 + fine(n - 1) end
print(fine(5000))

--> false	stack overflow
--> false	stack overflow
--> false	stack overflow
--> false	true
--> false
--> false
--> false	stack overflow	dead
--> 5000
