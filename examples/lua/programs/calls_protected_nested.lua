-- Nested protected calls, whose results grow with each level.
-- only: luajit
local function h(m) return m end
local depth = 3000
local function f(n) if n == depth then return "end" end return pcall(f, n + 1) end
print(select("#", f(1)), (select(-1, f(1))))
local function x(n) if n == depth then return "end" end return xpcall(x, h, n + 1) end
print(select("#", x(1)), (select(-1, x(1))))
local a, b
function a(n, ...) if n == depth then return ... end return pcall(b, n + 1, ...) end
function b(n, ...) if n == depth then return ... end return xpcall(a, h, n + 1, ...) end
print(select("#", a(1)), select("#", a(1, 1, nil, nil)), (select(-1, b(1, "last"))))
-- The innermost one throws.
local function e(n) if n == depth then error("thrown", 0) end return xpcall(e, h, n + 1) end
print(select("#", e(1)), (select(-2, e(1))), (select(-1, e(1))))
local function r(n) if n == depth then error("again", 0) end local _, m = xpcall(r, h, n + 1) error(m, 0) end
print(pcall(r, 1))
-- Through metamethods and iterators.
local mt = {}
local t = setmetatable({}, mt)
function mt.__call(self, n) if n == depth then return n end return xpcall(self, h, n + 1) end
print(select("#", t(1)), (select(-1, t(1))))
function mt.__index(self, n) return n == 100 and 1 or select("#", xpcall(function() return self[n + 1] end, h)) end
print(t[1])
local function each(n)
  for v in function(_, last) if not last then return n == 100 and n or select(-1, xpcall(each, h, n + 1)) end end do
    return v
  end
end
print(each(1))
-- The function itself, its arguments and its handler.
local info = debug.getinfo
print(xpcall(function(...) return info(2, "f").func == xpcall, select("#", ...), ... end, h, nil, 2, nil))
print(xpcall(function() error("x", 0) end, function(m) return m .. tostring(info(4, "f").func == xpcall) end, 1))
print(pcall(xpcall, h), pcall(xpcall, h, nil), pcall(xpcall))
local level
xpcall(xpcall, h, function() level = select(2, debug.traceback():gsub("xpcall", "")) end, h)
print(level)
print(coroutine.wrap(function() return xpcall(function() return coroutine.yield("out") end, h) end)())
local co = coroutine.create(function(...) return xpcall(function(...) return coroutine.yield(...) end, h, ...) end)
print(coroutine.resume(co, 1, 2, 3))
collectgarbage()
print(coroutine.resume(co, 4, nil, nil))
for i = 1, 100 do
  local ok, v = xpcall(function(s) collectgarbage("step") return s .. i end, h, "kept")
  assert(ok and v == "kept" .. i)
end

--> 3000	end
--> 3000	end
--> 2999	3002	last
--> 3000	false	thrown
--> false	again
--> 3000	3000
--> 2
--> 100
--> true	true	3	nil	2	nil
--> false	xtrue
--> false	false	false	bad argument #1 to '?' (value expected)
--> 1
--> out
--> true	1	2	3
--> true	true	4	nil	nil
