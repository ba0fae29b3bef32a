-- Loops whose fields are elsewhere when they are entered again, or in ops that had not run when they were compiled.
local function sum(object, n)
  local total = 0
  for _ = 1, n do total = total + object.x end
  return total
end
local one, other = { x = 1 }, { y = 5, x = 2 }
print(sum(one, 40), sum(other, 40), sum(one, 40), sum(other, 40))

local function late(object, n)
  local total = 0
  for i = 1, n do
    if i > n - 10 then
      total = total + object.y
      object.z = i
    end
    total = total + object.x
  end
  return total
end
print(late({ x = 1, y = 2 }, 60), late({ x = 1, y = 2 }, 60), late({ y = 3, x = 4 }, 60))

local parent = { x = 7 }
parent.__index = parent
print(sum(setmetatable({}, parent), 40))
parent.x = 8
print(sum(setmetatable({}, parent), 40), sum(one, 40))

--> 40	80	40	80
--> 80	80	270
--> 280
--> 320	40
