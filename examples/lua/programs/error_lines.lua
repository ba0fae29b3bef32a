-- The line of an error in an expression or statement that spans several lines.
local function try(f) print(select(2, pcall(f))) end
local nilv, t, one = nil, {}, 1
try(function()
  return t
    .a
    .b
    .c
end)
try(function()
  return one +
    t
end)
try(function()
  return one
    + t
    + one
end)
try(function()
  local x = one + one
    * nilv
    + one
  return x
end)
try(function()
  return t.a
    ["x"]
end)
try(function()
  return "a" ..
    "b" ..
    t ..
    "c"
end)
try(function()
  local a = {
    1,
    nilv.x,
    2
  }
end)
try(function()
  return -
    t
end)
try(function()
  return #
    nilv
end)
try(function()
  t.x.y
    = 1
end)
try(function()
  t.x
   .y = 
   1
end)
try(function()
  local a, b =
    1,
    t.x.y
  return a
end)
try(function()
  if one <
    t then
    return 1
  end
end)
try(function()
  for i = 1,
    t do
  end
end)
try(function()
  while nilv.x
  do
  end
end)
try(function()
  print(
    1,
    nilv.a,
    2)
end)
try(function()
  return (
    nilv
  ).x
end)
try(function()
  error(
   "x"
  )
end)
try(function()
  local f = function() error("y",
   2) end
  f
{
}
end)
try(function()
  t.f.g.h(
  1)
end)
try(function()
  t[nilv
   ] = 5
end)

--> error_lines.lua:7: attempt to index field 'a' (a nil value)
--> error_lines.lua:12: attempt to perform arithmetic on upvalue 't' (a table value)
--> error_lines.lua:16: attempt to perform arithmetic on upvalue 't' (a table value)
--> error_lines.lua:21: attempt to perform arithmetic on upvalue 'nilv' (a nil value)
--> error_lines.lua:27: attempt to index field 'a' (a nil value)
--> error_lines.lua:33: attempt to concatenate upvalue 't' (a table value)
--> error_lines.lua:38: attempt to index upvalue 'nilv' (a nil value)
--> error_lines.lua:44: attempt to perform arithmetic on upvalue 't' (a table value)
--> error_lines.lua:48: attempt to get length of upvalue 'nilv' (a nil value)
--> error_lines.lua:52: attempt to index field 'x' (a nil value)
--> error_lines.lua:57: attempt to index field 'x' (a nil value)
--> error_lines.lua:62: attempt to index field 'x' (a nil value)
--> error_lines.lua:67: attempt to compare number with table
--> error_lines.lua:73: 'for' limit must be a number
--> error_lines.lua:77: attempt to index upvalue 'nilv' (a nil value)
--> error_lines.lua:84: attempt to index upvalue 'nilv' (a nil value)
--> error_lines.lua:90: attempt to index upvalue 'nilv' (a nil value)
--> error_lines.lua:93: x
--> error_lines.lua:101: y
--> error_lines.lua:105: attempt to index field 'f' (a nil value)
--> error_lines.lua:110: table index is nil
