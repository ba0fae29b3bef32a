-- The type of `activelines`.
local i = debug.getinfo(function() local x = 1
  return x end, "L")
print(type(i.activelines), i.activelines and i.activelines[2])

--> table	true
