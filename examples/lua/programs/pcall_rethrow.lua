-- Errors that are caught, changed and thrown again; cleanup idioms.
local function try(f, catch, finally)
  local result = { pcall(f) }
  if not result[1] and catch then result = { pcall(catch, result[2]) } end
  if finally then finally() end
  if not result[1] then error(result[2], 0) end
  return unpack(result, 2)
end
local log = {}
local function note(x) log[#log + 1] = x end
print(try(function() return "fine", 1 end, nil, function() note("f1") end))
print(try(function() error("bad", 0) end, function(e) return "caught " .. e end, function() note("f2") end))
print(pcall(try, function() error("bad", 0) end, function(e) error("worse than " .. e, 0) end, function() note("f3") end))
print(pcall(try, function() error("uncaught", 0) end, nil, function() note("f4") end))
print(table.concat(log, " "))
local Err = {}
Err.__index = Err
Err.__tostring = function(e) return "Err: " .. e.text end
local function throw(text) error(setmetatable({ text = text }, Err)) end
local ok, e = pcall(throw, "custom")
print(ok, tostring(e), getmetatable(e) == Err)
local ok2, e2 = pcall(function() local ok, e = pcall(throw, "again"); e.text = e.text .. "!"; error(e) end)
print(tostring(e2))
local function level(n) if n == 0 then error("deep", 0) end local ok, e = pcall(level, n - 1); error(e .. n, 0) end
print(pcall(level, 5))
for i = 1, 3 do
  local ok, e = pcall(function() for j = 1, 10 do if j == i * 2 then error("j=" .. j, 0) end end end)
  print(ok, e)
end

--> fine	1
--> caught bad
--> false	worse than bad
--> false	uncaught
--> f1 f2 f3 f4
--> false	Err: custom	true
--> Err: again!
--> false	deep12345
--> false	j=2
--> false	j=4
--> false	j=6
