-- What Lua's interpreter does without errors that are caught, which need more of C than WASI has.
print(_VERSION, arg[0], arg[1], #arg)

-- Numbers.
print(1 / 3, 2^53, 7 // 2, -7 // 2, 7 % -3, 7.5 // 2, 1e300 * 1e10, 3 | 8, ~5, 1 << 62, "10" + 5)
print(math.maxinteger + 1 == math.mininteger, math.type(1), math.type(1.0), math.tointeger(3.0), 0x7fp-3)
print(string.format("%5.2f %d %x %q %s %g %a", math.pi, 42, 255, "a\nb", true, 1e20, 0.5))
for _, text in ipairs { "0x10", "1e2", "  7  ", "abc", "1e", "0x1p4", "9007199254740993" } do
  io.write(tostring(tonumber(text)), " ")
end
print(math.floor(-3.5), math.ceil(-3.5), math.max(1, 5, 3), math.fmod(-7, 3), math.abs(-2), math.ult(1, -1))
print(string.format("%.10f %.10f %.10f", math.sin(1), math.exp(2), math.log(10, 2)))

-- Strings.
print(("hello"):upper(), ("x"):rep(3, "-"), ("abc"):reverse(), #"\u{20ac}", ("hello"):byte(1, -1))
print(("key = value; other = 3"):gsub("(%w+) = (%w+)", "%2 = %1"))
print(("the quick brown fox"):find("quick", 1, true), ("2024-05-06"):match("(%d+)-(%d+)-(%d+)"))
for word in ("one two  three"):gmatch("%a+") do io.write("[", word, "]") end
print(utf8.len("äöü€"), utf8.char(228, 8364), utf8.codepoint("€"))
print(string.unpack("<i4 d z s1", string.pack("<i4 d z s1", -5, 2.5, "zero", "counted")))
print(string.unpack("f", string.pack("f", 0.1)))

-- Tables, closures, metatables.
local list = {}
for index = 1, 200 do list[index] = (index * 7919) % 1009 end
table.sort(list)
print(#list, list[1], list[100], list[200], table.concat(list, " ", 1, 10))
table.sort(list, function(left, right) return left > right end)
print(list[1], select("#", table.unpack(list)), table.unpack({ 1, 2, 3 }))
local Point = {}
Point.__index = Point
Point.__add = function(left, right) return setmetatable({ x = left.x + right.x, y = left.y + right.y }, Point) end
Point.__tostring = function(point) return "(" .. point.x .. ", " .. point.y .. ")" end
Point.__eq = function(left, right) return left.x == right.x and left.y == right.y end
local function point(x, y) return setmetatable({ x = x, y = y }, Point) end
print(tostring(point(1, 2) + point(3, 4.5)), point(1, 2) == point(1, 2))
local function counter()
  local count = 0
  return function() count = count + 1; return count end
end
local first, second = counter(), counter()
print(first(), first(), second(), first())

-- Code that is loaded, and functions that are called safely.
print(load("local a, b = ... return a * b + 1")(6, 7))
print(pcall(function(...) return select("#", ...), ... end, 1, nil, 3))
goto done
print("skipped")
::done::

-- Files and the system.
local file = assert(io.open("output.txt", "w"))
file:write("line 1\n", 2, "\n", 3.5, "\nlast")
file:close()
for line in io.lines("output.txt") do io.write(line, "|") end
file = io.open("output.txt", "rb")
print(file:seek("end"), file:seek("set", 2), file:read(4), file:read("n"), file:read("l"), file:read("a"), file:read("l"))
file:close()
print(io.open("missing/file") == nil, os.rename("output.txt", "renamed.txt"), os.remove("renamed.txt"))
print(os.getenv("GREETING"), os.getenv("MISSING"), os.time({ year = 2001, month = 9, day = 9, hour = 12 }))
print(os.date("!%Y-%m-%d %H:%M:%S", 1000000000), os.time() > 1700000000)
print(io.read("l"), io.read("n"), io.read("a"))

-- Work: calls, garbage, floats and tables.
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
print(fib(18))
local function queens(size)
  local rows, left, right, count = {}, {}, {}, 0
  local function place(column)
    if column > size then count = count + 1; return end
    for row = 1, size do
      if not (rows[row] or left[row + column] or right[row - column]) then
        rows[row], left[row + column], right[row - column] = true, true, true
        place(column + 1)
        rows[row], left[row + column], right[row - column] = nil, nil, nil
      end
    end
  end
  place(1)
  return count
end
print(queens(6))
local function tree(depth) return depth == 0 and {} or { tree(depth - 1), tree(depth - 1) } end
local function nodes(of) return of[1] and 1 + nodes(of[1]) + nodes(of[2]) or 1 end
for _ = 1, 5 do assert(nodes(tree(8)) == 511) end
collectgarbage()
print(collectgarbage("count") < 1000)
local weak = setmetatable({}, { __mode = "k" })
for _ = 1, 100 do weak[{}] = true end
collectgarbage()
print(next(weak))
local words = {}
for index = 1, 2000 do
  local word = "w" .. index % 97
  words[word] = (words[word] or 0) + index
end
local names = {}
for name in pairs(words) do names[#names + 1] = name end
table.sort(names)
print(#names, names[1], words.w1, words.w96)
