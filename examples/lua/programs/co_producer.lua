-- Producer, filter and consumer; a scheduler; a lexer.
local function producer(lines) return coroutine.create(function() for _, l in ipairs(lines) do coroutine.yield(l) end end) end
local function receive(p) local _, v = coroutine.resume(p); return v end
local function filter(p) return coroutine.create(function() local n = 1; while true do local l = receive(p); if not l then return end; coroutine.yield(n .. ": " .. l); n = n + 1 end end) end
local f = filter(producer { "one", "two", "three" })
while true do local l = receive(f); if not l then break end; print(l) end
local tasks, log = {}, {}
local function spawn(name, n) tasks[#tasks + 1] = coroutine.wrap(function() for i = 1, n do log[#log + 1] = name .. i; coroutine.yield(true) end return false end) end
spawn("a", 3); spawn("b", 1); spawn("c", 2)
while #tasks > 0 do
  for i = #tasks, 1, -1 do if not tasks[i]() then table.remove(tasks, i) end end
end
print(table.concat(log, " "))
local function tokens(s)
  return coroutine.wrap(function()
    local pos = 1
    while pos <= #s do
      local a, b, num = s:find("^(%d+)", pos)
      if a then coroutine.yield("num", tonumber(num)); pos = b + 1
      elseif s:find("^%s", pos) then pos = pos + 1
      else coroutine.yield("op", s:sub(pos, pos)); pos = pos + 1 end
    end
  end)
end
for kind, v in tokens("12 + 3*(45-6)") do io.write(kind, "=", v, " ") end print()
local function primes()
  local function gen() for i = 2, math.huge do coroutine.yield(i) end end
  local function sift(p, g) return coroutine.wrap(function() while true do local n = g(); if n % p ~= 0 then coroutine.yield(n) end end end) end
  return coroutine.wrap(function() local x = coroutine.wrap(gen); while true do local n = x(); coroutine.yield(n); x = sift(n, x) end end)
end
local out, next_prime = {}, primes()
for i = 1, 15 do out[i] = next_prime() end
print(table.concat(out, " "))

--> 1: one
--> 2: two
--> 3: three
--> c1 b1 a1 c2 a2 a3
--> num=12 op=+ num=3 op=* op=( num=45 op=- num=6 op=) 
--> 2 3 5 7 11 13 17 19 23 29 31 37 41 43 47
