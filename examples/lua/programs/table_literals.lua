-- Long table constructors with literals of all kinds.
local function make(n, item, rest)
  local parts = {}
  for i = 1, n do parts[i] = item(i) end
  return assert(loadstring("return {" .. table.concat(parts, ",") .. (rest or "") .. "}"))
end
local function sum(t, from, to)
  local all = 0
  for i = from or 1, to or #t do all = all + (tonumber(t[i]) or #tostring(t[i])) end
  return #t, all
end
for _, n in ipairs({ 1, 49, 50, 51, 63, 64, 65, 100, 127, 128, 500, 4095, 4096, 4097, 9000, 70000 }) do
  print(n, sum(make(n, function(i) return i end)()))
  print(sum(make(n, function(i) return -i / 4 end)()))
  print(sum(make(n, function(i) return ("'s%d'"):format(i % 300) end)()))
  print(sum(make(n, function(i) return "[" .. i .. "]=" .. i * 2 end)()))
  print(sum(make(n, function(i) return i % 3 == 0 and "true" or i % 3 == 1 and "false" or i end,
  ",(function() return 1, 2, 3 end)()")()))
end
-- A chunk makes a new table each time.
local f = make(200, function(i) return i end)
local a, b = f(), f()
a[1] = "changed"
print(a == b, a[1], b[1], f()[1])
-- Between other items.
print(sum(make(300, function(i) return i % 100 == 0 and "math.abs(-7)" or i end)()))
print(sum(make(300, function(i) return i % 150 == 0 and "x=1,{}" or i end)(), 1, 149))
local t = make(200, function(i) return i <= 100 and i or ("[%d]='k%d'"):format(i, i) end)()
print(#t, t[100], t[101], t[200])
local keys = make(100, function(i) return ("[%d.5]=%s"):format(-i, i % 2 == 0 and "nil" or "'v'") end)()
local count = 0
for _ in pairs(keys) do count = count + 1 end
print(count, keys[-1.5], keys[-2.5], keys[-99.5])
-- The same key again.
t = make(100, function(i) return "[" .. i % 10 .. "]=" .. i end)()
print(t[0], t[1], t[9], #t)
-- With nil, and with operators after a literal.
t = make(100, function(i) return i == 50 and "nil" or i end)()
print(t[49], t[50], t[51], t[100])
print(sum(make(200, function(i) return i .. "+1" end)()))
print(sum(make(200, function(i) return i .. " .. ''" end)()))
print(sum(make(200, function(i) return "not nil" end)()))
print(loadstring("return {" .. ("1,"):rep(100) .. " 2 3}"))
print(loadstring("return {" .. ("1,"):rep(100) .. "[nil]=1}") ~= nil)
print(pcall(loadstring("return {" .. ("[1]=2,"):rep(100) .. "[nil]=1}", "=c")))
print(loadstring("return {" .. ("[1]=2,"):rep(100) .. "[1}", "=c"))
-- Semicolons, signs and numerals.
local u = assert(loadstring("return {" .. ("0x10;-5;1e2;.5;-0;" ):rep(50) .. "}"))()
print(#u, u[1], u[2], u[3], u[4], 1 / u[5])
-- A method, and a constructor as an argument.
print(select("#", unpack(make(150, function(i) return i end)())))
local depth = ("{"):rep(100) .. ("1,"):rep(100) .. ("}"):rep(100)
print(#assert(loadstring("return " .. depth))()[1][1][1][1] == 1)
