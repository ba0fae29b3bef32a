-- Many labels and jumps in one function.
-- only: luajit
local function run(n, item)
  local parts = {}
  for i = 1, n do parts[i] = item(i) end
  local f, message = loadstring("local n = 0 " .. table.concat(parts, " ") .. " return n", "=c")
  if not f then return message end
  return f()
end
for _, n in ipairs({ 1, 10, 300, 3000 }) do
  print(n, run(n, function(i) return ("goto l%d n = n + 100 ::l%d:: n = n + 1"):format(i, i) end))
  print(run(n, function(i) return ("do goto l n = n + 100 ::l:: n = n + 1 end"):format(i) end))
  print(run(n, function(i) return ("if n < %d then n = n + 1 goto l%d end ::l%d::"):format(i, i, i) end))
end
print(run(500, function(i) return i == 400 and "::l7::" or ("::l%d:: n = n + 1"):format(i) end))
print(run(500, function(i) return i == 400 and "goto l501" or ("::l%d:: n = n + 1"):format(i) end))
print(run(150, function(i) return i == 100 and "do ::l7:: n = n + 1 end" or ("::l%d:: n = n + 1"):format(i) end))
print(run(300, function(i) return i == 1 and "goto l300 local x" or i == 300 and "::l300:: n = x" or "n = n + 1" end))
print(run(300, function(i) return i == 1 and "do goto l300 end" or i == 300 and "::l300::" or "n = n + 1" end))
-- The inner label is meant, and the outer one after its block.
local nested = "do do goto a end n = n + 1 ::a:: end goto b%d n = 0 ::b%d:: n = n + 1"
print(run(100, function(i) return nested:format(i, i) end))

--> 1	1
--> 1
--> 1
--> 10	10
--> 10
--> 10
--> 300	300
--> 300
--> 300
--> 3000	3000
--> 3000
--> 3000
--> c:1: duplicate label 'l7'
--> c:1: undefined label 'l501'
--> 150
--> c:1: <goto l300> jumps into the scope of local 'x'
--> 0
--> 100
