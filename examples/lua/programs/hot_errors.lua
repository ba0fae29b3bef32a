-- Errors in loops that ran for a long time without one, and the state after them.
local t = {}
for i = 1, 200 do t[i] = { v = i } end
t[150].v = nil
local sum = 0
print(pcall(function() for i = 1, 200 do sum = sum + t[i].v end end))
print(sum)
t[150] = nil
sum = 0
print((pcall(function() for i = 1, 200 do sum = sum + t[i].v end end)))
print(sum)
local function depth(n) if n == 0 then error("bottom", 0) end return 1 + depth(n - 1) end
for i = 1, 5 do print(i, pcall(depth, i * 20)) end
local caught = 0
for i = 1, 300 do
  local ok, e = pcall(function()
    if i % 7 == 0 then error({ i = i }) end
    if i % 11 == 0 then local x = nil + i end
    return i
  end)
  if not ok then caught = caught + (type(e) == "table" and e.i or 1) end
end
print(caught)
local log = {}
local function guarded(n)
  local ok, e = pcall(function()
    for i = 1, n do if i > 90 then error("at " .. i, 0) end end
    return "clean"
  end)
  log[#log + 1] = tostring(ok) .. ":" .. e
end
guarded(80); guarded(100); guarded(50)
print(table.concat(log, " "))

--> false	hot_errors.lua:6: attempt to perform arithmetic on field 'v' (a nil value)
--> 11175
--> false
--> 11175
--> 1	false	bottom
--> 2	false	bottom
--> 3	false	bottom
--> 4	false	bottom
--> 5	false	bottom
--> 6345
--> true:clean false:at 91 true:clean
