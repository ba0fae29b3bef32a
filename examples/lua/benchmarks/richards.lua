-- Objects with methods and states: the scheduler of a small operating system with six tasks.
-- check: 1
local n = tonumber((...)) or 60
local IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = 1, 2, 3, 4, 5, 6
local KIND_DEVICE, KIND_WORK = 1, 2
local function append(packet, queue)
  packet.link = nil
  if not queue then return packet end
  local last = queue
  while last.link do last = last.link end
  last.link = packet
  return queue
end
local function new_packet(link, id, kind) return { link = link, id = id, kind = kind, datum = 0, data = { 0, 0, 0, 0 } } end
local Scheduler = {}
Scheduler.__index = Scheduler
local Task = {}
Task.__index = Task
function Scheduler.new() return setmetatable({ queued = 0, held = 0, tasks = {}, list = nil }, Scheduler) end
function Scheduler:add(id, priority, queue, running, step)
  local task = setmetatable({
    scheduler = self, id = id, priority = priority, queue = queue, step = step, link = self.list,
    is_waiting = not running, is_holding = false, is_pending = queue ~= nil,
  }, Task)
  self.list, self.tasks[id] = task, task
  return task
end
function Scheduler:run()
  local task = self.list
  while task do
    self.current = task
    if task.is_holding or task.is_waiting and not task.is_pending then
      task = task.link
    else
      task = task:run()
    end
  end
end
function Scheduler:hold()
  self.held = self.held + 1
  self.current.is_holding = true
  return self.current.link
end
function Scheduler:release(id)
  local task = self.tasks[id]
  task.is_holding = false
  if task.priority > self.current.priority then return task end
  return self.current
end
function Scheduler:wait()
  self.current.is_waiting = true
  return self.current
end
function Scheduler:send(packet)
  local task = self.tasks[packet.id]
  self.queued = self.queued + 1
  packet.link, packet.id = nil, self.current.id
  return task:receive(packet, self.current)
end
function Task:run()
  local packet
  if self.is_waiting and self.is_pending then
    packet = self.queue
    self.queue = packet.link
    self.is_waiting = false
    self.is_pending = self.queue ~= nil
  end
  return self:step(packet)
end
function Task:receive(packet, sender)
  if not self.queue then
    self.queue, self.is_pending = packet, true
    if self.priority > sender.priority then return self end
  else
    self.queue = append(packet, self.queue)
  end
  return sender
end
local function idle_step(bits, count)
  return function(task)
    count = count - 1
    if count == 0 then return task.scheduler:hold() end
    if bits % 2 == 0 then
      bits = bits / 2
      return task.scheduler:release(DEVICE_A)
    end
    bits = (bits - 1) / 2 + 53256
    return task.scheduler:release(DEVICE_B)
  end
end
local function worker_step()
  local to, letter = HANDLER_A, 0
  return function(task, packet)
    if not packet then return task.scheduler:wait() end
    to = to == HANDLER_A and HANDLER_B or HANDLER_A
    packet.id, packet.datum = to, 1
    for i = 1, 4 do
      letter = letter % 26 + 1
      packet.data[i] = letter
    end
    return task.scheduler:send(packet)
  end
end
local function handler_step()
  local work, free
  return function(task, packet)
    if packet then
      if packet.kind == KIND_WORK then work = append(packet, work) else free = append(packet, free) end
    end
    if work then
      local current = work
      if current.datum > 4 then
        work = current.link
        return task.scheduler:send(current)
      elseif free then
        local device = free
        free = device.link
        device.datum = current.data[current.datum]
        current.datum = current.datum + 1
        return task.scheduler:send(device)
      end
    end
    return task.scheduler:wait()
  end
end
local function device_step()
  local pending
  return function(task, packet)
    if packet then
      pending = packet
      return task.scheduler:hold()
    end
    if not pending then return task.scheduler:wait() end
    local done = pending
    pending = nil
    return task.scheduler:send(done)
  end
end
local queued, held = 0, 0
for _ = 1, n do
  local s = Scheduler.new()
  s:add(IDLE, 0, nil, true, idle_step(1, 5000))
  s:add(WORKER, 1000, new_packet(new_packet(nil, WORKER, KIND_WORK), WORKER, KIND_WORK), false, worker_step())
  for _, pair in ipairs { { HANDLER_A, DEVICE_A, 2000 }, { HANDLER_B, DEVICE_B, 3000 } } do
    local queue
    for _ = 1, 3 do queue = new_packet(queue, pair[2], KIND_DEVICE) end
    s:add(pair[1], pair[3], queue, false, handler_step())
  end
  s:add(DEVICE_A, 4000, nil, false, device_step())
  s:add(DEVICE_B, 5000, nil, false, device_step())
  s:run()
  queued, held = queued + s.queued, held + s.held
end
print(("queued %d, held %d"):format(queued / n, held / n))

--> queued 11586, held 4633
