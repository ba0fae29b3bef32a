-- The line of a failing call is that of its opening parenthesis, except for tail calls in LuaJIT.
-- only: lua5.1
local function try(f) print(select(2, pcall(f))) end
local nilv, t = nil, {}
try(function()
  return nilv(
    1,
    2
  )
end)
try(function()
  return t:nomethod(
    1
  )
end)
try(function()
  return t
   :nomethod(1
  )
end)
try(function()
  function
    t.a.b()
  end
end)

--> error_lines_calls.lua:6: attempt to call upvalue 'nilv' (a nil value)
--> error_lines_calls.lua:12: attempt to call method 'nomethod' (a nil value)
--> error_lines_calls.lua:18: attempt to call method 'nomethod' (a nil value)
--> error_lines_calls.lua:22: attempt to index field 'a' (a nil value)
