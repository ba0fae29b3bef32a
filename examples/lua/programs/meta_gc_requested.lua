-- An error ends the collection that was requested. The others run in the next one.
local log = {}
for i = 1, 5 do
  getmetatable(newproxy(true)).__gc = function()
    log[#log + 1] = i
    if i == 3 then error("in __gc", 0) end
  end
end
print(pcall(collectgarbage))
print(pcall(collectgarbage))
print(table.concat(log, " "))
getmetatable(newproxy(true)).__gc = "not callable"
print(pcall(collectgarbage))
getmetatable(newproxy(true)).__gc = function() error({}) end
print(xpcall(collectgarbage, function(object) return "handled " .. type(object) end))

--> false	in __gc
--> true	0
--> 5 4 3 2 1
--> false	attempt to call a string value
--> false	handled table
