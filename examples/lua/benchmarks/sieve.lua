-- Arrays of booleans: prime numbers by Eratosthenes.
-- check: 1000
-- A second argument says how many times.
local n, rounds = tonumber((...)) or 2200000, tonumber((select(2, ...))) or 3
local function sieve()
  local flags = {}
  for i = 2, n do flags[i] = true end
  for i = 2, math.floor(math.sqrt(n)) do
    if flags[i] then
      for j = i * i, n, i do flags[j] = false end
    end
  end
  local count, last = 0, 0
  for i = 2, n do
    if flags[i] then count, last = count + 1, i end
  end
  return count, last
end
local count, last
for _ = 1, rounds do count, last = sieve() end
print(("%d primes up to %d, the last is %d"):format(count, n, last))

--> 168 primes up to 1000, the last is 997
