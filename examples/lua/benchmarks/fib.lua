-- Calls: the naive Fibonacci numbers.
-- check: 15
local n = tonumber((...)) or 35
local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end
print(("fib(%d) = %d"):format(n, fib(n)))

--> fib(15) = 610
