-- Classes with inheritance, super calls and class methods.
local function class(parent)
  local c = {}
  c.__index = c
  return setmetatable(c, {
    __index = parent,
    __call = function(cls, ...) local o = setmetatable({}, cls); if cls.init then cls.init(o, ...) end return o end,
  })
end
local Animal = class()
function Animal:init(name) self.name = name end
function Animal:speak() return self.name .. " makes " .. self:sound() end
function Animal:sound() return "noise" end
local Dog = class(Animal)
function Dog:init(name, breed) Animal.init(self, name); self.breed = breed end
function Dog:sound() return "woof" end
local Puppy = class(Dog)
function Puppy:speak() return Dog.speak(self):upper() .. "!" end
local a, d, p = Animal("thing"), Dog("rex", "collie"), Puppy("bit", "pug")
print(a:speak()); print(d:speak(), d.breed); print(p:speak(), p.breed)
Animal.legs = 4
print(a.legs, d.legs, p.legs)
p.legs = 3
print(p.legs, d.legs, rawget(d, "legs"))
function Animal:sound() return "growl" end
print(a:speak(), d:speak())
print(getmetatable(p) == Puppy, getmetatable(Puppy).__index == Dog)
local function isa(o, c)
  local m = getmetatable(o)
  while m do if m == c then return true end; local mm = getmetatable(m); m = mm and mm.__index end
  return false
end
print(isa(p, Animal), isa(p, Dog), isa(a, Dog), isa(d, Puppy))

--> thing makes noise
--> rex makes woof	collie
--> BIT MAKES WOOF!	pug
--> 4	4	4
--> 3	4	nil
--> thing makes growl	rex makes woof
--> true	true
--> true	true	false	false
