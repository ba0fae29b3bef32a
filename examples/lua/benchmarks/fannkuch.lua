-- Small arrays of integers: flips of pancakes over all permutations.
-- check: 6
-- A second argument says how many times.
local n, rounds = tonumber((...)) or 9, tonumber((select(2, ...))) or 3
local function fannkuch(n)
  local p, q, s, sign, most, sum = {}, {}, {}, 1, 0, 0
  for i = 1, n do p[i], q[i], s[i] = i, i, i end
  while true do
    local first = p[1]
    if first ~= 1 then
      for i = 2, n do q[i] = p[i] end
      local flips = 1
      while true do
        local next_first = q[first]
        if next_first == 1 then
          sum = sum + sign * flips
          if flips > most then most = flips end
          break
        end
        q[first] = first
        if first >= 4 then
          local i, j = 2, first - 1
          repeat
            q[i], q[j] = q[j], q[i]
            i, j = i + 1, j - 1
          until i >= j
        end
        first, flips = next_first, flips + 1
      end
    end
    if sign == 1 then
      p[1], p[2] = p[2], p[1]
      sign = -1
    else
      p[2], p[3] = p[3], p[2]
      sign = 1
      for i = 3, n do
        local left = s[i]
        if left ~= 1 then
          s[i] = left - 1
          break
        end
        if i == n then return sum, most end
        s[i] = i
        local front = p[1]
        for j = 1, i do p[j] = p[j + 1] end
        p[i + 1] = front
      end
    end
  end
end
local sum, most
for _ = 1, rounds do sum, most = fannkuch(n) end
print(("%d\nPfannkuchen(%d) = %d"):format(sum, n, most))

--> 49
--> Pfannkuchen(6) = 10
