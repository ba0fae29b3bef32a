-- Events, observers and a state machine, with closures and metatables.
local function emitter()
  local handlers = {}
  return {
    on = function(name, f)
      handlers[name] = handlers[name] or {}
      table.insert(handlers[name], f)
      return function() for i, h in ipairs(handlers[name]) do if h == f then table.remove(handlers[name], i) return true end end return false end
    end,
    emit = function(name, ...)
      local n = 0
      for _, f in ipairs(handlers[name] or {}) do f(...); n = n + 1 end
      return n
    end,
  }
end
local e, log = emitter(), {}
local off = e.on("x", function(...) log[#log + 1] = "1:" .. table.concat({ ... }, ",") end)
e.on("x", function(a) log[#log + 1] = "2:" .. tostring(a) end)
print(e.emit("x", "a", "b"), e.emit("y"))
print(off(), off(), e.emit("x", "c"))
print(table.concat(log, " "))
local machine = setmetatable({ state = "idle", trace = {} }, {
  __index = function(m, event)
    return function(self)
      local t = { idle = { start = "running" }, running = { pause = "paused", stop = "idle" }, paused = { resume = "running", stop = "idle" } }
      local to = t[self.state][event]
      if not to then error(("no '%s' in %s"):format(event, self.state), 2) end
      self.trace[#self.trace + 1] = self.state .. ">" .. to
      self.state = to
      return self
    end
  end,
})
machine:start():pause():resume():stop()
print(table.concat(machine.trace, " "))
print(pcall(function() machine:pause() end))
local watched = {}
local function watch(t)
  local data = {}
  return setmetatable({}, {
    __index = data,
    __newindex = function(_, k, v) watched[#watched + 1] = tostring(k) .. ":" .. tostring(data[k]) .. ">" .. tostring(v); data[k] = v end,
  })
end
local w = watch {}
w.a = 1; w.a = 2; w.b = "x"; w.a = nil
print(table.concat(watched, " "))
local function lazy(f) local done, v; return function() if not done then done, v = true, f() end return v end end
local calls = 0
local value = lazy(function() calls = calls + 1; return "computed" end)
print(value(), value(), calls)
local function curry(f, n) n = n or 2; if n <= 1 then return f end return function(a) return curry(function(...) return f(a, ...) end, n - 1) end end
print(curry(function(a, b, c) return a .. b .. c end, 3)("x")("y")("z"))

--> 2	0
--> true	false	1
--> 1:a,b 2:a 2:c
--> idle>running running>paused paused>running running>idle
--> false	program_events.lua:37: no 'pause' in idle
--> a:nil>1 a:1>2 b:nil>x a:2>nil
--> computed	computed	1
--> xyz
