-- The number of values of an expression, depending on its position.
local function three() return 1, 2, 3 end
local function none() end
print(three())
print(three(), 10)
print((three()))
print(10, three())
print(#{ three() }, #{ three(), three() }, #{ (three()) }, #{ none() }, #{ none(), 1 })
local a, b, c, d = three()
print(a, b, c, d)
local e, f = none()
print(e, f)
local function through() return three() end
print(through())
local function wrap() return (three()) end
print(wrap())
local function extended() return 0, three() end
print(extended())
local function cut() return three(), 0 end
print(cut())
print(three() + three(), -three(), not none(), three() == 1)
local t = { [1] = three(), [5] = "x" }
print(t[1], t[2])
t = { n = three(), three() }
print(t.n, #t)
for x, y in function(_, i) if i < 2 then return i + 1, "y" end end, nil, 0 do print(x, y) end
print(math.max(three()), string.char(three()):byte(1, -1))
if none() then print("no") else print("none is false") end
print((none()), select("#", none()), select("#", (none())))
print("a" .. three() .. "b")
return three()

--> 1	2	3
--> 1	10
--> 1
--> 10	1	2	3
--> 3	4	1	0	2
--> 1	2	3	nil
--> nil	nil
--> 1	2	3
--> 1
--> 0	1	2	3
--> 1	0
--> 2	-1	true	true
--> 1	nil
--> 1	3
--> 1	y
--> 2	y
--> 3	1	2	3
--> none is false
--> nil	0	1
--> a1b
