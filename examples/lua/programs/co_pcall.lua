-- Yields across pcall, xpcall, metamethods and iterators.
-- only: luajit
local co = coroutine.wrap(function()
  local ok, v = pcall(function()
    local got = coroutine.yield("in pcall")
    if got == "fail" then error("asked to", 0) end
    return got
  end)
  coroutine.yield(tostring(ok) .. " " .. tostring(v))
  local ok2, v2 = xpcall(function() return coroutine.yield("in xpcall") end, print)
  coroutine.yield(tostring(ok2) .. " " .. tostring(v2))
  return "end"
end)
print(co()); print(co("fail")); print(co()); print(co("value")); print(co())
local t = setmetatable({}, {
  __index = function(_, k) return coroutine.yield("index " .. k) end,
  __add = function(a, b) return coroutine.yield("add") end,
  __call = function(_, x) return coroutine.yield("call " .. x) end,
  __lt = function() return coroutine.yield("lt") end,
  __concat = function() return coroutine.yield("concat") end,
  __newindex = function(_, k, v) coroutine.yield("newindex " .. k) end,
  __eq = function() return coroutine.yield("eq") end,
})
local u = setmetatable({}, getmetatable(t))
local m = coroutine.wrap(function()
  local r = { t.x, t + 1, t(5), t < u, t .. "s", t == u }
  t.f = 1
  return unpack(r)
end)
print(m()); print(m("X")); print(m(2)); print(m("called")); print(m(true)); print(m("cat")); print(m(nil)); print(m())
local it = coroutine.wrap(function()
  for i in function(_, i) i = (i or 0) + 1; coroutine.yield("iter " .. i); if i < 3 then return i end end do coroutine.yield("body " .. i) end
  return "over"
end)
for _ = 1, 6 do print(it()) end
local nested = coroutine.wrap(function() return pcall(pcall, pcall, function() return coroutine.yield(1) end) end)
print(nested()); print(nested("deep"))

--> in pcall
--> false asked to
--> in xpcall
--> true value
--> end
--> index x
--> add
--> call 5
--> lt
--> concat
--> eq
--> newindex f
--> X	2	called	true	cat	false
--> iter 1
--> body 1
--> iter 2
--> body 2
--> iter 3
--> over
--> 1
--> true	true	true	deep
