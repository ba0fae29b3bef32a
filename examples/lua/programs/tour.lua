-- A tour: closures, objects, coroutines, strings, and a loop that becomes native code.
local Account = {}
Account.__index = Account
Account.__tostring = function(self) return ("%s has %d"):format(self.owner, self.balance) end
function Account.new(owner) return setmetatable({ owner = owner, balance = 0 }, Account) end
function Account:deposit(amount)
  if amount <= 0 then error("nothing to deposit") end
  self.balance = self.balance + amount
  return self
end
print(Account.new("Ada"):deposit(40):deposit(2))
print(pcall(Account.deposit, Account.new("Bob"), 0))

local function primes(limit)
  return coroutine.wrap(function()
    local composite = {}
    for n = 2, limit do
      if not composite[n] then
        coroutine.yield(n)
        for multiple = n * n, limit, n do composite[multiple] = true end
      end
    end
  end)
end
local found = {}
for prime in primes(50) do found[#found + 1] = prime end
print(table.concat(found, " "))

print((("copy and patch"):gsub("%a+", function(word) return word:sub(1, 1):upper() .. word:sub(2) end)))

local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
print("fib(30) is " .. fib(30))

--> Ada has 42
--> false	tour.lua:7: nothing to deposit
--> 2 3 5 7 11 13 17 19 23 29 31 37 41 43 47
--> Copy And Patch
--> fib(30) is 832040
