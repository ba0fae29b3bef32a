-- Coroutines that are garbage at once.
print("started")
for i = 1, 1e4 do local c = coroutine.create(function(a) coroutine.yield(a) end) coroutine.resume(c, i) end
print("done")

--> started
--> done
