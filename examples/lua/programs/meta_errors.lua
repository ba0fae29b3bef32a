-- Errors in metamethods, and their levels.
local function try(f, ...) print(select(2, pcall(f, ...))) end
local t = setmetatable({}, {
  __index = function(_, k) error("no " .. k, 0) end,
  __add = function() error("cannot add") end,
  __call = function(_, level) error("called", level) end,
  __lt = function() error { code = 1 } end,
  __concat = function(a, b) local x; return x.y end,
  __tostring = function() error("no text", 0) end,
})
try(function() return t.field end)
try(function() return t + 1 end)
try(function() t(0) end)
try(function() t(1) end)
try(function() return type(select(2, pcall(function() return t < t end))) end)
try(function() return t .. "x" end)
try(tostring, t)
try(function() return pcall(function() return t.x end) end)
local depth = 0
local rec = setmetatable({}, { __index = function(s, k) depth = depth + 1; if k == 0 then return "bottom" end; return s[k - 1] end })
print(rec[50], depth)

--> no field
--> meta_errors.lua:5: cannot add
--> called
--> meta_errors.lua:6: called
--> table
--> meta_errors.lua:8: attempt to index local 'x' (a nil value)
--> no text
--> false	no x
--> bottom	51
