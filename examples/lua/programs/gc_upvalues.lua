-- Closures that share variables after their function has returned.
local function make(n)
  local shared, list = { 0 }, {}
  for i = 1, n do
    local own = { i }
    list[i] = function(by)
      shared[1] = shared[1] + by
      own[1] = own[1] + by
      return shared[1], own[1]
    end
  end
  return list
end
local a, b = make(100), make(100)
for _ = 1, 50 do local junk = make(50); junk[1](1) end
collectgarbage()
for i = 1, 100 do a[i](1); b[i](2) end
collectgarbage()
print(a[1](0), b[100](0))
print(a[50](10))
print(b[1](0))
local weak = setmetatable({}, { __mode = "k" })
do
  local function leak() local big = {}; weak[big] = true; return function() return big end end
  local keep = leak()
  leak(); leak()
  collectgarbage(); collectgarbage()
  local n = 0
  for _ in pairs(weak) do n = n + 1 end
  print(n, type(keep()))
end
local getters = {}
for i = 1, 3 do
  local v = { name = "v" .. i }
  getters[#getters + 1] = function() return v.name end
  getters[#getters + 1] = function(x) v = x end
end
collectgarbage()
getters[4]({ name = "changed" })
collectgarbage()
print(getters[1](), getters[3](), getters[5]())

--> 100	200	102
--> 110	61
--> 200	3
--> 1	table
--> v1	changed	v3
