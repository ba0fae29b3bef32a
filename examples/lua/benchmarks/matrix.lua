-- Arrays of arrays: the product of matrices, and a determinant by elimination.
-- check: 12
local n = tonumber((...)) or 230
local function make(n, f)
  local m = {}
  for i = 1, n do
    local row = {}
    for j = 1, n do row[j] = f(i, j) end
    m[i] = row
  end
  return m
end
local function multiply(a, b)
  local n = #a
  local transposed = make(n, function(i, j) return b[j][i] end)
  return make(n, function(i, j)
    local row, column, sum = a[i], transposed[j], 0
    for k = 1, n do sum = sum + row[k] * column[k] end
    return sum
  end)
end
local a = make(n, function(i, j) return (i * 31 + j * 17) % 11 - 5 end)
local b = make(n, function(i, j) return (i * 13 + j * 29) % 7 - 3 end)
local c = multiply(multiply(a, b), a)
local trace, sum = 0, 0
for i = 1, n do
  trace = trace + c[i][i]
  for j = 1, n do sum = sum + c[i][j] end
end
print(("%d %d"):format(trace, sum))
local m = make(n, function(i, j) return i == j and 2 or 1 / (i + j) end)
local log_determinant = 0
for k = 1, n do
  local pivot = m[k]
  log_determinant = log_determinant + math.log(pivot[k])
  for i = k + 1, n do
    local row = m[i]
    local factor = row[k] / pivot[k]
    for j = k, n do row[j] = row[j] - factor * pivot[j] end
  end
end
print(("%.6f"):format(log_determinant))

--> -309 -232
--> 8.175037
