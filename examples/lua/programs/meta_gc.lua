-- __gc of an unreachable userdata runs at a full collection.
local log = {}
local function make(name)
  local u = newproxy(true)
  getmetatable(u).__gc = function() log[#log + 1] = name end
  return u
end
local kept = make("kept")
make("dropped")
collectgarbage(); collectgarbage()
print(table.concat(log, " "))
kept = nil
collectgarbage(); collectgarbage()
print(table.concat(log, " "))
setmetatable({}, { __gc = function() log[#log + 1] = "tables have none" end })
collectgarbage(); collectgarbage()
print(#log)

--> dropped
--> dropped kept
--> 2
