-- Errors of finalizers that nobody has requested are ignored, and no handler is told.
-- oracle: none: both Luas throw them wherever an object is made
local handled, failed, made = 0, 0, 0
local function fail()
  failed = failed + 1
  error("in __gc")
end
print(xpcall(function()
  for i = 1, 20000 do
    getmetatable(newproxy(true)).__gc = fail
    made = made + 1
  end
  return "done"
end, function() handled = handled + 1 end))
print(handled, made, failed > 10000)
-- The handler still works.
print(xpcall(function() error("own", 0) end, function(message) return "handled " .. message end))

--> true	done
--> 0	20000	true
--> false	handled own
