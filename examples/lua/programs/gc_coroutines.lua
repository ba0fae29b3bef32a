-- Coroutines that are dropped while suspended, and values that only their stacks hold.
local held = setmetatable({}, { __mode = "v" })
local function worker(i)
  return coroutine.create(function()
    local own = { i }
    held[i] = own
    coroutine.yield()
    return own[1]
  end)
end
local kept = {}
for i = 1, 500 do
  local co = worker(i)
  coroutine.resume(co)
  if i % 10 == 0 then kept[#kept + 1] = co end
end
collectgarbage(); collectgarbage()
local n = 0
for i = 1, 500 do if held[i] then n = n + 1 end end
print(n)
local sum = 0
for _, co in ipairs(kept) do
  local _, v = coroutine.resume(co)
  sum = sum + v
end
print(sum)
kept = {}
collectgarbage(); collectgarbage()
print(next(held))
local function deep(n) if n == 0 then coroutine.yield("deep") return 0 end local t = { n } return deep(n - 1) + t[1] end
local cos = {}
for i = 1, 50 do cos[i] = coroutine.wrap(function() return deep(i * 10) end); cos[i]() end
for _ = 1, 20 do local junk = {} for i = 1, 1000 do junk[i] = { i } end end
collectgarbage()
sum = 0
for i = 1, 50 do sum = sum + cos[i]() end
print(sum)

--> 50
--> 12750
--> nil
--> 2152625
