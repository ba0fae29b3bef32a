-- Yields in metamethods, iterators and protected calls, at every place of an expression.
-- only: luajit
local yield = coroutine.yield
local joined = { __concat = function(a, b) return yield(type(a) .. type(b)) end }
local m = setmetatable({}, joined)
-- Resumes a coroutine with "R1", "R2", … until it ends, and prints what each gives.
local function run(f)
  local co, out, value = coroutine.create(f), {}, nil
  repeat
    local ok, result = coroutine.resume(co, value)
    out[#out + 1] = tostring(ok) .. ":" .. tostring(result)
    value = "R" .. #out
  until coroutine.status(co) == "dead" or #out > 8
  print(unpack(out))
end
run(function() return m .. "a" .. "b" end)
run(function() return "a" .. m .. "b" end)
run(function() return "a" .. "b" .. m .. m .. "c" end)
run(function() return 1 .. 2 .. m .. 3 .. "x" end)
run(function() return ("a" .. m .. "b") .. m end)
run(function() return select(2, pcall(function() return "a" .. m .. "c" end)) end)
run(function()
  local t = setmetatable({}, {
    __index = function(_, k) return yield(k) end,
    __newindex = function(t, k, v) yield(k) rawset(t, k, v) end,
  })
  t.x = t.a .. t.b .. t.c
  return t.x
end)
run(function()
  local compared = {
    __lt = function() return yield("lt") end, __le = function() return yield("le") end,
    __eq = function() return yield("eq") end,
  }
  local t, u = setmetatable({}, compared), setmetatable({}, compared)
  return t < u, t <= u, t == u, t > u, t >= u, t ~= u, not (t < u)
end)
run(function()
  local t = setmetatable({}, { __unm = function() return yield("unm") end, __call = function(...) return yield("call", ...) end })
  return -t, t(1, 2), (t(3))
end)
run(function() for k in function(_, last) if not last then return yield("next") end end do return k end end)
run(function() return (function(...) return select("#", ...) end)(yield(1), yield(2), m .. m .. m) end)
run(function()
  local t = { yield(1), yield(2), m .. "x", n = yield(3) }
  return #t, t.n
end)
run(function() return xpcall(function() return yield("in") .. m end, function(e) return "h" .. e end) end)
-- Not in a function that Rust calls.
print(pcall(string.gsub, "a", "a", function() yield() end))
run(function() return pcall(string.gsub, "a", "a", function() return yield() end) end)
run(function() return pcall(table.sort, { 3, 2, 1 }, function() return yield() end) end)
run(function() return pcall(load, function() return yield("x") end) end)

--> true:tablestring	true:R1
--> true:tablestring	true:aR1
--> true:tablestring	true:tablestring	true:abR2
--> true:tablestring	true:12R1
--> true:tablestring	true:stringtable	true:R2
--> true:tablestring	true:aR1
--> true:a	true:b	true:c	true:x	true:R1R2R3
--> true:lt	true:le	true:eq	true:lt	true:le	true:eq	true:lt	true:true
--> true:unm	true:call	true:call	true:R1
--> true:next	true:R1
--> true:1	true:2	true:tabletable	true:tablestring	true:3
--> true:1	true:2	true:tablestring	true:3	true:3
--> true:in	true:stringtable	true:true
--> false	meta_yield_places.lua:50: attempt to yield across C-call boundary
--> true:false
--> true:false
--> true:true
