-- Arrays of floats: sorting by a heap, with a generator of random numbers.
-- check: 50
local n = tonumber((...)) or 400000
local seed = 42
local function random()
  seed = (seed * 3877 + 29573) % 139968
  return seed / 139968
end
local function heapsort(n, a)
  local left, right = math.floor(n / 2) + 1, n
  while true do
    local value
    if left > 1 then
      left = left - 1
      value = a[left]
    else
      value = a[right]
      a[right] = a[1]
      right = right - 1
      if right == 1 then
        a[1] = value
        return
      end
    end
    local i, j = left, left * 2
    while j <= right do
      if j < right and a[j] < a[j + 1] then j = j + 1 end
      if value < a[j] then
        a[i] = a[j]
        i = j
        j = j + i
      else
        j = right + 1
      end
    end
    a[i] = value
  end
end
local a = {}
for i = 1, n do a[i] = random() end
heapsort(n, a)
local ordered = true
for i = 2, n do ordered = ordered and a[i - 1] <= a[i] end
print(ordered, ("%.9f %.9f"):format(a[1], a[n]))

--> true	0.005244056 0.920246056
