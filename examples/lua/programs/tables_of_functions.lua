-- Dispatch through tables: a stack machine, a calculator, visitors.
local stack = {}
local function push(v) stack[#stack + 1] = v end
local function pop() local v = stack[#stack]; stack[#stack] = nil; return v end
local words = {
  ["+"] = function() local b, a = pop(), pop(); push(a + b) end,
  ["-"] = function() local b, a = pop(), pop(); push(a - b) end,
  ["*"] = function() local b, a = pop(), pop(); push(a * b) end,
  dup = function() push(stack[#stack]) end,
  swap = function() local b, a = pop(), pop(); push(b); push(a) end,
  drop = pop,
  ["."] = function() io.write(pop(), " ") end,
}
local function run(source)
  local code, i = {}, 1
  for w in source:gmatch("%S+") do code[#code + 1] = w end
  while i <= #code do
    local w = code[i]
    if w == ":" then
      local name, body = code[i + 1], {}
      i = i + 2
      while code[i] ~= ";" do body[#body + 1] = code[i]; i = i + 1 end
      local text = table.concat(body, " ")
      words[name] = function() return run(text) end
    elseif tonumber(w) then push(tonumber(w))
    elseif words[w] then words[w]()
    else error("unknown word " .. w, 0) end
    i = i + 1
  end
end
run("1 2 + 3 * .")
run(": square dup * ; : cube dup square * ; 5 square . 3 cube .")
run("10 2 swap - .")
print(#stack)
print(pcall(run, "1 nonsense"))
print(pcall(run, "+"))
local visit = {
  num = function(n) return tostring(n.v) end,
}
function visit.add(n) return "(" .. visit[n.l.k](n.l) .. " + " .. visit[n.r.k](n.r) .. ")" end
function visit.neg(n) return "-" .. visit[n.x.k](n.x) end
local function num(v) return { k = "num", v = v } end
print(visit.add { l = num(1), r = { k = "neg", x = { k = "add", l = num(2), r = num(3) } } })
local switch = setmetatable({ [1] = "one", [2] = "two" }, { __index = function(_, k) return "many:" .. k end })
print(switch[1], switch[2], switch[3])

--> 9 25 27 -8 0
--> false	unknown word nonsense
--> false	tables_of_functions.lua:6: attempt to perform arithmetic on local 'a' (a nil value)
--> (1 + -(2 + 3))
--> one	two	many:3
