-- Weak tables lose values that are not referenced elsewhere.
local weak = setmetatable({}, { __mode = "k" })
local key = {}
weak[key] = "kept"
weak[{}] = "lost"
collectgarbage(); collectgarbage()
local n = 0
for _ in pairs(weak) do n = n + 1 end
print(n, weak[key])
local values = setmetatable({}, { __mode = "v" })
local kept = {}
values[1] = kept
values[2] = {}
values.s = "strings stay"
values.n = 5
collectgarbage(); collectgarbage()
print(values[1] == kept, values[2], values.s, values.n)
local both = setmetatable({}, { __mode = "kv" })
both[kept] = {}
both[{}] = kept
both[1] = kept
collectgarbage(); collectgarbage()
n = 0
for _ in pairs(both) do n = n + 1 end
print(n)
local cache = setmetatable({}, { __mode = "v" })
local made = 0
local function get(k) local v = cache[k]; if not v then made = made + 1; v = { k }; cache[k] = v end return v end
local a = get(1)
print(get(1) == a, made)
a = nil
collectgarbage(); collectgarbage()
print(cache[1])

--> 1	kept
--> true	nil	strings stay	5
--> 1
--> true	1
--> nil
