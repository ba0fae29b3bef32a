-- Objects in graphs: a solver of one-way constraints that keeps the strongest ones satisfied.
-- check: 20
local n = tonumber((...)) or 13000
local REQUIRED, STRONG, NORMAL, WEAK, WEAKEST = 1, 2, 3, 5, 6
local planner
local Variable = {}
Variable.__index = Variable
local function variable(value)
  return setmetatable({ value = value, constraints = {}, determined_by = nil, mark = 0, strength = WEAKEST, stay = true }, Variable)
end
function Variable:remove(constraint)
  for i, c in ipairs(self.constraints) do
    if c == constraint then table.remove(self.constraints, i) break end
  end
  if self.determined_by == constraint then self.determined_by = nil end
end
local function class(parent) local c = setmetatable({}, { __index = parent }); c.__index = c; return c end
local Constraint = class()
function Constraint:add()
  for _, v in ipairs(self.variables) do v.constraints[#v.constraints + 1] = self end
  self.output = nil
  planner:incremental_add(self)
  return self
end
function Constraint:satisfy(mark)
  self:choose(mark)
  local out = self.output
  if not out then
    assert(self.strength ~= REQUIRED, "a required constraint cannot be satisfied")
    return nil
  end
  for _, v in ipairs(self.variables) do if v ~= out then v.mark = mark end end
  local overridden = out.determined_by
  if overridden then overridden.output = nil end
  out.determined_by = self
  assert(planner:add_propagate(self, mark), "a cycle")
  out.mark = mark
  return overridden
end
function Constraint:destroy()
  if self.output then planner:incremental_remove(self) end
  for _, v in ipairs(self.variables) do v:remove(self) end
end
function Constraint:inputs_known(mark)
  for _, v in ipairs(self.variables) do
    if v ~= self.output and not (v.mark == mark or v.stay or not v.determined_by) then return false end
  end
  return true
end
local Unary = class(Constraint)
function Unary:choose(mark)
  local v = self.variables[1]
  self.output = v.mark ~= mark and self.strength < v.strength and v or nil
end
function Unary:recalculate()
  local out = self.output
  out.strength, out.stay = self.strength, not self.is_input
  if out.stay then self:execute() end
end
function Unary:execute() end
local function unary(v, strength, is_input)
  return setmetatable({ variables = { v }, strength = strength, is_input = is_input }, Unary):add()
end
local Binary = class(Constraint)
function Binary:choose(mark)
  local a, b = self.variables[1], self.variables[2]
  local to
  if a.mark == mark then to = b.mark ~= mark and self.strength < b.strength and b or nil
  elseif b.mark == mark then to = self.strength < a.strength and a or nil
  elseif a.strength > b.strength then to = self.strength < a.strength and a or nil
  else to = self.strength < b.strength and b or nil end
  self.output = to
end
function Binary:input() return self.output == self.variables[1] and self.variables[2] or self.variables[1] end
function Binary:recalculate()
  local input, out = self:input(), self.output
  out.strength = math.max(self.strength, input.strength)
  out.stay = input.stay and self:others_stay()
  if out.stay then self:execute() end
end
function Binary:others_stay() return true end
local Equal = class(Binary)
function Equal:execute() self.output.value = self:input().value end
local function equal(a, b, strength) return setmetatable({ variables = { a, b }, strength = strength }, Equal):add() end
local Scale = class(Binary)
function Scale:others_stay() return self.scale.stay and self.offset.stay end
function Scale:execute()
  local a, b = self.variables[1], self.variables[2]
  if self.output == b then b.value = a.value * self.scale.value + self.offset.value
  else a.value = (b.value - self.offset.value) / self.scale.value end
end
function Scale:choose(mark) Binary.choose(self, mark) end
local function scaled(a, scale, offset, b, strength)
  local c = setmetatable({ variables = { a, b }, scale = scale, offset = offset, strength = strength }, Scale)
  scale.constraints[#scale.constraints + 1] = c
  offset.constraints[#offset.constraints + 1] = c
  return c:add()
end
local Planner = {}
Planner.__index = Planner
function Planner:new_mark() self.mark = self.mark + 1; return self.mark end
function Planner:incremental_add(c)
  local mark = self:new_mark()
  local overridden = c:satisfy(mark)
  while overridden do overridden = overridden:satisfy(mark) end
end
function Planner:incremental_remove(c)
  local out = c.output
  c.output = nil
  for _, v in ipairs(c.variables) do v:remove(c) end
  local unsatisfied = self:remove_propagate(out)
  for strength = REQUIRED, WEAKEST do
    for _, u in ipairs(unsatisfied) do
      if u.strength == strength then self:incremental_add(u) end
    end
  end
end
function Planner:add_propagate(c, mark)
  local todo = { c }
  while #todo > 0 do
    local d = table.remove(todo)
    if d.output.mark == mark then
      self:incremental_remove(c)
      return false
    end
    d:recalculate()
    self:add_consumers(d.output, todo)
  end
  return true
end
function Planner:add_consumers(v, list)
  for _, c in ipairs(v.constraints) do
    if c ~= v.determined_by and c.output and c.output ~= v then list[#list + 1] = c end
  end
end
function Planner:remove_propagate(out)
  out.determined_by, out.strength, out.stay = nil, WEAKEST, true
  local unsatisfied, todo = {}, { out }
  while #todo > 0 do
    local v = table.remove(todo)
    for _, c in ipairs(v.constraints) do
      if not c.output then unsatisfied[#unsatisfied + 1] = c end
    end
    local consumers = {}
    self:add_consumers(v, consumers)
    for _, c in ipairs(consumers) do
      c:recalculate()
      todo[#todo + 1] = c.output
    end
  end
  return unsatisfied
end
function Planner:plan(sources)
  local mark, plan, todo = self:new_mark(), {}, sources
  while #todo > 0 do
    local c = table.remove(todo)
    local out = c.output
    if out and out.mark ~= mark and c:inputs_known(mark) then
      plan[#plan + 1] = c
      out.mark = mark
      self:add_consumers(out, todo)
    end
  end
  return plan
end
local function change(v, value, times)
  local edit = unary(v, 2, true)
  local plan = planner:plan { edit }
  for _ = 1, times do
    v.value = value
    for _, c in ipairs(plan) do c:execute() end
  end
  edit:destroy()
end
local function chain(n)
  planner = setmetatable({ mark = 0 }, Planner)
  local first = variable(0)
  local last = first
  for _ = 1, n do
    local v = variable(0)
    equal(last, v, REQUIRED)
    last = v
  end
  unary(last, STRONG + 2, false)
  local edit = unary(first, STRONG, true)
  local plan = planner:plan { edit }
  for i = 1, 100 do
    first.value = i
    for _, c in ipairs(plan) do c:execute() end
    assert(last.value == i, "the chain is broken")
  end
  edit:destroy()
  return last.value, #plan
end
local function projection(n)
  planner = setmetatable({ mark = 0 }, Planner)
  local scale, offset = variable(10), variable(1000)
  local source, target, targets = nil, nil, {}
  for i = 1, n do
    source, target = variable(i), variable(i)
    targets[i] = target
    unary(source, NORMAL, false)
    scaled(source, scale, offset, target, REQUIRED)
  end
  change(source, 17, 10)
  assert(target.value == 1170, "forwards")
  change(target, 1050, 10)
  assert(source.value == 5, "backwards")
  local sum = 0
  for i = 1, n - 1 do sum = sum + targets[i].value end
  return sum
end
local last, length = chain(n)
print(("%d %d"):format(last, length))
print(("%d"):format(projection(n)))

--> 100 21
--> 20900
