-- An error that leaves a coroutine through wrap.
local gen = coroutine.wrap(function()
  coroutine.yield(1)
  local t = nil
  return t.x
end)
print(gen())
print(gen())

--> 1
--! error_uncaught_coroutine.lua:8: error_uncaught_coroutine.lua:5: attempt to index local 't' (a nil value)
