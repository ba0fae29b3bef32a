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
-- Long enough to be literals of the chunk.
local elements = {
  0, "a", true, 1, "b", true, 2, "c", true, 3, "d", true, 4, "e", true,
  5, "f", true, 6, "g", true, 7, "a", true, 8, "b", true, 9, "c", true,
  10, "d", true, 11, "e", true, 12, "f", true, 13, "g", true, 14, "a", true,
  15, "b", true, 16, "c", true, 17, "d", true, 18, "e", true, 19, "f", true,
  60, 61, 62, 63, 64, 65, 66, 67, 68, 69,
}
local pairs = {
  [1] = "t", [2] = false, [3] = 3.5, [4] = "t", [5] = false, [6] = 6.5, [7] = "t", [8] = false, [9] = 9.5, [10] = "t",
  [11] = false, [12] = 12.5, [13] = "t", [14] = false, [15] = 15.5, [16] = "t", [17] = false, [18] = 18.5, [19] = "t", [20] = false,
  [21] = 21.5, [22] = "t", [23] = false, [24] = 24.5, [25] = "t", [26] = false, [27] = 27.5, [28] = "t", [29] = false, [30] = 30.5,
  [31] = "t", [32] = false, [33] = 33.5, [34] = "t", [35] = false, [36] = 36.5, [37] = "t", [38] = false, [39] = 39.5, [40] = "t",
  [41] = false, [42] = 42.5, [43] = "t", [44] = false, [45] = 45.5, [46] = "t", [47] = false, [48] = 48.5, [49] = "t", [50] = false,
  [51] = 51.5, [52] = "t", [53] = false, [54] = 54.5, [55] = "t", [56] = false, [57] = 57.5, [58] = "t", [59] = false, [60] = 60.5,
  [61] = "t", [62] = false, [63] = 63.5, [64] = "t", [65] = false, [66] = 66.5, [67] = "t", [68] = false, [69] = 69.5, [70] = "t",
}
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
