-- A queue, a stack, a binary heap and a linked list.
local Queue = {}
Queue.__index = Queue
function Queue.new() return setmetatable({ first = 1, last = 0 }, Queue) end
function Queue:push(v) self.last = self.last + 1; self[self.last] = v end
function Queue:pop()
  if self.first > self.last then return nil end
  local v = self[self.first]
  self[self.first] = nil
  self.first = self.first + 1
  return v
end
local q = Queue.new()
for i = 1, 5 do q:push(i * i) end
print(q:pop(), q:pop(), q:pop(), q.first, q.last)
q:push("x")
print(q:pop(), q:pop(), q:pop(), q:pop())
local Heap = {}
Heap.__index = Heap
function Heap.new(less) return setmetatable({ n = 0, less = less or function(a, b) return a < b end }, Heap) end
function Heap:push(v)
  self.n = self.n + 1
  local i = self.n
  self[i] = v
  while i > 1 do
    local up = math.floor(i / 2)
    if not self.less(self[i], self[up]) then break end
    self[i], self[up] = self[up], self[i]
    i = up
  end
end
function Heap:pop()
  if self.n == 0 then return nil end
  local top = self[1]
  self[1], self[self.n] = self[self.n], nil
  self.n = self.n - 1
  local i = 1
  while true do
    local small = i
    for child = 2 * i, 2 * i + 1 do
      if child <= self.n and self.less(self[child], self[small]) then small = child end
    end
    if small == i then return top end
    self[i], self[small] = self[small], self[i]
    i = small
  end
end
local h = Heap.new()
local seed = 7
for _ = 1, 50 do seed = (seed * 75 + 74) % 65537; h:push(seed % 100) end
local out = {}
while h.n > 0 do out[#out + 1] = h:pop() end
print(table.concat(out, " "))
local byname = Heap.new(function(a, b) return a.name < b.name end)
for _, n in ipairs { "m", "c", "z", "a" } do byname:push { name = n } end
print(byname:pop().name, byname:pop().name)
local list
for i = 1, 10 do list = { value = i, next = list } end
local function reverse(l) local r; while l do l, l.next, r = l.next, r, l end return r end
local text = {}
list = reverse(list)
while list do text[#text + 1] = list.value; list = list.next end
print(table.concat(text, "->"))

--> 1	4	9	4	5
--> 16	25	x	nil
--> 2 3 3 3 4 5 7 10 12 13 18 19 20 21 22 25 26 27 31 34 36 39 40 41 42 44 45 54 56 60 60 61 62 63 66 69 75 75 79 81 85 93 94 94 94 96 97 98 99 99
--> a	c
--> 1->2->3->4->5->6->7->8->9->10
