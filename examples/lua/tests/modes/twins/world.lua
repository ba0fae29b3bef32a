-- Objects of all types for testing ops: `WORLD[i]` is number `i` of `world.rs`.
local function closures()
  local a, b = 1, { "shared" }
  return function(x)
    a = a + (tonumber(x) or 0)
    return a, function() return a, b end
  end
end
local inherited = { a = "inherited", b = 1, method = function(self) return self end }
local function result(...) return select("#", ...) end
local class = {
  __index = inherited, __call = result, __concat = result, __unm = result,
  __add = result, __sub = result, __mul = result, __div = result, __mod = result, __pow = result,
  __eq = result, __lt = result, __le = result,
}
inherited.__index = inherited
g1, g2 = 1, "global"
WORLD = {
  -- 1 to 10: tables.
  {}, { 1, 2.5, "three", false }, { a = 1, b = "text", 10, 20, [0.5] = true, [-1] = {} },
  setmetatable({ a = 5, own = 2 }, class), setmetatable({}, class), setmetatable({ b = false }, inherited),
  setmetatable({}, { __index = result, __newindex = result }), setmetatable({}, { __newindex = inherited }),
  inherited, { method = result, a = {}, b = nil, c = 3, d = 4, e = 5 },
  -- 11 to 16: strings.
  "a", "b", "method", "10", ("a long string that is nobody's name "):rep(3), ("a long string that is nobody's name "):rep(3),
  -- 17 to 19: functions written in Lua.
  closures(), closures(), result,
  -- 20 to 23: functions written in Rust.
  type, select, rawequal, rawget,
  -- 24, 25: a coroutine, a userdata.
  coroutine.create(result), newproxy(true),
}
-- The collector rests.
collectgarbage()
