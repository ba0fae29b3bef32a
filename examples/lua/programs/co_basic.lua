-- Coroutines: create, resume, yield, status, and the values that are passed.
local co = coroutine.create(function(a, b)
  print("start", a, b)
  local c = coroutine.yield(a + b)
  print("got", c)
  local d, e = coroutine.yield(c * 2, "two")
  print("got", d, e)
  return "done", d + e
end)
print(coroutine.status(co))
print(coroutine.resume(co, 1, 2))
print(coroutine.status(co))
print(coroutine.resume(co, 10))
print(coroutine.resume(co, 3, 4))
print(coroutine.status(co))
print(coroutine.resume(co))
local empty = coroutine.create(function() end)
print(coroutine.resume(empty, "ignored"))
print(coroutine.resume(empty))
local nothing = coroutine.create(function() local n = select("#", coroutine.yield()); return n end)
print(coroutine.resume(nothing))
print(coroutine.resume(nothing))
print(type(co), coroutine.running() == nil or type(coroutine.running()))
local outer
outer = coroutine.create(function()
  print("inside", coroutine.status(outer), coroutine.running() == outer)
  local inner = coroutine.create(function() print("outer is", coroutine.status(outer)); coroutine.yield() end)
  coroutine.resume(inner)
  print("inner is", coroutine.status(inner))
end)
coroutine.resume(outer)
print(coroutine.status(outer))

--> suspended
--> start	1	2
--> true	3
--> suspended
--> got	10
--> true	20	two
--> got	3	4
--> true	done	7
--> dead
--> false	cannot resume dead coroutine
--> true
--> false	cannot resume dead coroutine
--> true
--> true	0
--> thread	true
--> inside	running	true
--> outer is	normal
--> inner is	suspended
--> dead
