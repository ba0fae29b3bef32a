-- A vector class with all useful operators.
local Vec = {}
Vec.__index = Vec
local function vec(x, y) return setmetatable({ x = x, y = y }, Vec) end
function Vec.__add(a, b) return vec(a.x + b.x, a.y + b.y) end
function Vec.__sub(a, b) return vec(a.x - b.x, a.y - b.y) end
function Vec.__mul(a, b)
  if type(a) == "number" then return vec(a * b.x, a * b.y) end
  if type(b) == "number" then return vec(a.x * b, a.y * b) end
  return a.x * b.x + a.y * b.y
end
function Vec.__div(a, b) return vec(a.x / b, a.y / b) end
function Vec.__unm(a) return vec(-a.x, -a.y) end
function Vec.__eq(a, b) return a.x == b.x and a.y == b.y end
function Vec.__lt(a, b) return a:len2() < b:len2() end
function Vec.__le(a, b) return a:len2() <= b:len2() end
function Vec.__tostring(a) return "(" .. a.x .. ", " .. a.y .. ")" end
function Vec.__concat(a, b) return tostring(a) .. tostring(b) end
function Vec.__call(a, f) return vec(f(a.x), f(a.y)) end
function Vec:len2() return self.x * self.x + self.y * self.y end
local a, b = vec(1, 2), vec(3, -4)
print(tostring(a + b), tostring(a - b), a * b, tostring(a * 3), tostring(3 * a), tostring(b / 2), tostring(-a))
print(a == b, a == vec(1, 2), a ~= b, a < b, a <= b, a > b, a >= a)
print(a .. b, a .. "!", "!" .. b)
print(tostring(b(math.abs)), b:len2())
local sum = vec(0, 0)
for i = 1, 100 do sum = sum + vec(i, 1) * 2 end
print(tostring(sum))
local list = { vec(3, 0), vec(1, 0), vec(0, 2) }
table.sort(list)
print(list[1] .. list[2] .. list[3])

--> (4, -2)	(-2, 6)	-5	(3, 6)	(3, 6)	(1.5, -2)	(-1, -2)
--> false	true	true	true	true	false	true
--> (1, 2)(3, -4)	(1, 2)!	!(3, -4)
--> (3, 4)	25
--> (10100, 200)
--> (1, 0)(0, 2)(3, 0)
