-- Method calls: classes with inheritance, fields that change, and dispatch on several kinds of objects.
-- check: 10
local n = tonumber((...)) or 2500000
local function class(parent)
  local c = {}
  c.__index = c
  if parent then setmetatable(c, { __index = parent }) end
  c.new = function(...)
    local object = setmetatable({}, c)
    object:init(...)
    return object
  end
  return c
end
local Toggle = class()
function Toggle:init(state) self.state = state end
function Toggle:value() return self.state end
function Toggle:activate() self.state = not self.state; return self end
local NthToggle = class(Toggle)
function NthToggle:init(state, max)
  Toggle.init(self, state)
  self.max, self.count = max, 0
end
function NthToggle:activate()
  self.count = self.count + 1
  if self.count >= self.max then
    self.state = not self.state
    self.count = 0
  end
  return self
end
local trues = 0
local toggle, nth = Toggle.new(true), NthToggle.new(true, 3)
for _ = 1, n do
  if toggle:activate():value() then trues = trues + 1 end
  if nth:activate():value() then trues = trues + 1 end
end
print(trues)
local Shape = class()
function Shape:area() return 0 end
function Shape:scaled(k) return self:area() * k end
local Square, Circle, Box = class(Shape), class(Shape), class(Shape)
function Square:init(s) self.s = s end
function Square:area() return self.s * self.s end
function Circle:init(r) self.r = r end
function Circle:area() return 3 * self.r * self.r end
function Box:init(w, h) self.w, self.h = w, h end
function Box:area() return self.w * self.h end
local shapes = { Square.new(2), Circle.new(1), Box.new(2, 3), Square.new(5) }
local sum = 0
for i = 1, n do sum = (sum + shapes[i % 4 + 1]:scaled(2)) % 1000003 end
print(("%d"):format(sum))

--> 10
--> 170
