-- Many arguments, many results, many locals, and calls in every place of an expression.
local function id(...) return ... end
local many = {}
for i = 1, 200 do many[i] = i end
print(select("#", id(unpack(many))), (select(200, id(unpack(many)))))
local function sum(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) return a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p end
print(sum(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16))
print(sum(unpack(many)))
local function f(x) return x end
print(f(f(f(f(f(f(f(f(f(f(1)))))))))) + f(2) * f(3) - f(4) / f(2) ^ f(1) .. f("s"))
print(({ f(1), f(2), [f("k")] = f("v"), n = f(3) })[f("k")], #{ f(1), f(2), id(3, 4, 5) })

--> 200	200
--> 136
--> 136
--> 5s
--> v	5
