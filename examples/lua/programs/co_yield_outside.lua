-- A yield outside of a coroutine.
-- only: luajit
print(pcall(coroutine.yield, 1))
print(coroutine.isyieldable())
print(coroutine.wrap(function() return coroutine.isyieldable() end)())

--> false	attempt to yield across C-call boundary
--> false
--> true
