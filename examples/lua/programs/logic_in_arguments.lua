-- Logical expressions as arguments, fields, indices and results.
local function f(...) return select("#", ...), ... end
print(f(nil and 1, false or 2, 1 and nil))
local t = { a = nil or 1, [false or "k"] = 1 and 2, 1 and 10, nil or 20 }
print(t.a, t.k, t[1], t[2])
local function pick(x) return x and "yes" or "no" end
print(pick(1), pick(nil), pick(false))
local function tail(x) return x or f(1, 2) end
print(tail(false))
print(tail("given"))
local function both(x) return x and f(1, 2) end
print(both(true))
print((t[nil or 1] or 0) + (t.zzz or 5))
local n = 0
local function inc() n = n + 1; return n end
local _ = inc() > 1 or inc() > 1 or inc() > 1
print(n)

--> 3	nil	2	nil
--> 1	2	10	20
--> yes	no	no
--> 2
--> given
--> 2
--> 15
--> 2
