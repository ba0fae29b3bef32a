-- A metatable for each object: what an op knows of one holds for others with the same `__index`, until they differ.
local Class, Other = {kind = "class", name = function() return "Class" end}, {name = function() return "Other" end}
local objects = {}
for i = 1, 6 do objects[i] = setmetatable({v = i}, {__index = Class}) end

-- The same ops see all objects, whatever becomes of these.
local function look()
  local seen = {}
  for i, object in ipairs(objects) do
    seen[i] = object.name and object:name() or tostring(object.name)
    seen[i] = seen[i] .. ":" .. tostring(object.kind) .. ":" .. tostring(object.absent)
  end
  return table.concat(seen, " ")
end
print(look())
print(look())

-- Metatables change, of which none but the first may be known.
getmetatable(objects[2]).__index = Other
getmetatable(objects[3]).__index = nil
getmetatable(objects[4]).__index = function(_, key) return key == "name" and function() return "function" end or nil end
setmetatable(objects[5], nil)
rawset(getmetatable(objects[6]), "__index", {name = function() return "own" end, absent = "present"})
print(look())
print(look())

-- Metatables become alike again, in another order of their fields, with another shape, and without one.
for i, object in ipairs(objects) do setmetatable(object, {__index = Class}) end
setmetatable(objects[2], {__call = print, __index = Class})
setmetatable(objects[3], {__index = Class, __call = print})
local many = {}
for i = 1, 30 do many["name" .. i] = i end
many.__index = Other
setmetatable(objects[4], many)
print(look())

-- The class changes, and what it inherits from.
Class.absent = "added"
print(look())
Class.absent, Class.kind = nil, nil
setmetatable(Class, {__index = {kind = "inherited"}})
print(look())
getmetatable(Class).__index = {kind = "again"}
print(look())
objects[1].kind, objects[3].name = "own", function() return "own" end
print(look())

-- Many short-lived objects and metatables, whose addresses are used again.
local count = 0
for i = 1, 3000 do
  local class = i % 3 == 0 and Class or {kind = i}
  local object = setmetatable({}, {__index = class})
  if object.kind == (class == Class and "again" or i) then count = count + 1 end
  if i % 500 == 0 then collectgarbage() end
end
print(count)

--> Class:class:nil Class:class:nil Class:class:nil Class:class:nil Class:class:nil Class:class:nil
--> Class:class:nil Class:class:nil Class:class:nil Class:class:nil Class:class:nil Class:class:nil
--> Class:class:nil Other:nil:nil nil:nil:nil function:nil:nil nil:nil:nil own:nil:present
--> Class:class:nil Other:nil:nil nil:nil:nil function:nil:nil nil:nil:nil own:nil:present
--> Class:class:nil Class:class:nil Class:class:nil Other:nil:nil Class:class:nil Class:class:nil
--> Class:class:added Class:class:added Class:class:added Other:nil:nil Class:class:added Class:class:added
--> Class:inherited:nil Class:inherited:nil Class:inherited:nil Other:nil:nil Class:inherited:nil Class:inherited:nil
--> Class:again:nil Class:again:nil Class:again:nil Other:nil:nil Class:again:nil Class:again:nil
--> Class:own:nil Class:again:nil own:again:nil Other:nil:nil Class:again:nil Class:again:nil
--> 3000
