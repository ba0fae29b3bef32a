-- coroutine.wrap: generators, errors and dead ones.
local function range(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
for i in range(4) do io.write(i, " ") end print()
local gen = coroutine.wrap(function(a) while true do a = coroutine.yield(a * 2) end end)
print(gen(1), gen(10), gen(100))
local fin = coroutine.wrap(function() return 1, 2, 3 end)
print(fin())
print(pcall(fin))
local bad = coroutine.wrap(function() error("broken", 0) end)
print(pcall(bad))
local tbl = coroutine.wrap(function() error { code = 7 } end)
local ok, e = pcall(tbl)
print(ok, type(e), e.code)
local function permutations(t)
  local function go(n)
    if n == 0 then coroutine.yield(table.concat(t)) end
    for i = 1, n do
      t[n], t[i] = t[i], t[n]
      go(n - 1)
      t[n], t[i] = t[i], t[n]
    end
  end
  return coroutine.wrap(function() go(#t) end)
end
for p in permutations { "a", "b", "c" } do io.write(p, " ") end print()
local function tree(t) if t then tree(t[1]); coroutine.yield(t[2]); tree(t[3]) end end
for v in coroutine.wrap(function() tree { { nil, 1 }, 2, { { nil, 3 }, 4 } } end) do io.write(v, " ") end print()

--> 1 2 3 4 
--> 2	20	200
--> 1	2	3
--> false	cannot resume dead coroutine
--> false	broken
--> false	table	7
--> bca cba cab acb bac abc 
--> 1 2 3 4 
