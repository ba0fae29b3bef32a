-- Functions that were tail-called have the name of the call that they replace, as in LuaJIT.
-- only: luajit
local function names()
  local list = {}
  for level = 2, 9 do
    local info = debug.getinfo(level, "nl")
    if not info or info.currentline < 0 then break end
    list[#list + 1] = ("%s %s %d"):format(info.namewhat, tostring(info.name), info.currentline)
  end
  print(table.concat(list, ", "))
end
local function shown(title) print((debug.traceback(title):gsub("at 0x%x+", "at the host"))) end

local function last() names() shown("last") return 1 end
local function middle() return last() end
local function first() return middle() end
local function named() first() return 1 end
named()
print(first())

-- As a method, a field, and by a metamethod, an iterator, a protected call and a coroutine.
local object = { tail = first }
function object:method() return self.tail() end
object:method()
local _ = setmetatable({}, { __index = function() return middle() end }).key
for _ in function() return last() and nil end do end
local iterator = function(_, done) return not done and middle() or nil end
for _ in iterator do end
pcall(middle)
coroutine.wrap(middle)()

-- A loop of tail calls.
local function down(n) if n > 0 then return down(n - 1) end return last() end
down(100)

-- Functions of the library.
local function failing() return error("failed") end
local function outer() return failing() end
print(pcall(outer))
print(xpcall(function() outer() end, function(message) shown(message) return "handled" end))
local function repeated() return string.rep() end
print(pcall(repeated))
local function sorted() return table.sort({ 1, 2 }, function() return last() > 1 end) end
sorted()

--> upvalue first 14, local named 17,  nil 18
--> last
--> stack traceback:
--> 	debug_tail_calls.lua:12: in function 'shown'
--> 	debug_tail_calls.lua:14: in function 'first'
--> 	debug_tail_calls.lua:17: in function 'named'
--> 	debug_tail_calls.lua:18: in main chunk
--> 	[C]: at the host
--> local first 14,  nil 19
--> last
--> stack traceback:
--> 	debug_tail_calls.lua:12: in function 'shown'
--> 	debug_tail_calls.lua:14: in function 'first'
--> 	debug_tail_calls.lua:19: in main chunk
--> 	[C]: at the host
--> 1
--> method method 14,  nil 24
--> last
--> stack traceback:
--> 	debug_tail_calls.lua:12: in function 'shown'
--> 	debug_tail_calls.lua:14: in function 'method'
--> 	debug_tail_calls.lua:24: in main chunk
--> 	[C]: at the host
--> metamethod __index 14,  nil 25
--> last
--> stack traceback:
--> 	debug_tail_calls.lua:12: in function 'shown'
--> 	debug_tail_calls.lua:14: in function '__index'
--> 	debug_tail_calls.lua:25: in main chunk
--> 	[C]: at the host
--> upvalue last 14, local (for generator) 26,  nil 26
--> last
--> stack traceback:
--> 	debug_tail_calls.lua:12: in function 'shown'
--> 	debug_tail_calls.lua:14: in function 'last'
--> 	debug_tail_calls.lua:26: in function '(for generator)'
--> 	debug_tail_calls.lua:26: in main chunk
--> 	[C]: at the host
--> upvalue middle 14, local (for generator) 27,  nil 28
--> last
--> stack traceback:
--> 	debug_tail_calls.lua:12: in function 'shown'
--> 	debug_tail_calls.lua:14: in function 'middle'
--> 	debug_tail_calls.lua:27: in function '(for generator)'
--> 	debug_tail_calls.lua:28: in main chunk
--> 	[C]: at the host
-->  nil 14
--> last
--> stack traceback:
--> 	debug_tail_calls.lua:12: in function 'shown'
--> 	debug_tail_calls.lua:14: in function <debug_tail_calls.lua:14>
--> 	[C]: in function 'pcall'
--> 	debug_tail_calls.lua:29: in main chunk
--> 	[C]: at the host
-->  nil 14
--> last
--> stack traceback:
--> 	debug_tail_calls.lua:12: in function 'shown'
--> 	debug_tail_calls.lua:14: in function <debug_tail_calls.lua:14>
--> local down 14,  nil 34
--> last
--> stack traceback:
--> 	debug_tail_calls.lua:12: in function 'shown'
--> 	debug_tail_calls.lua:14: in function 'down'
--> 	debug_tail_calls.lua:34: in main chunk
--> 	[C]: at the host
--> false	failed
--> debug_tail_calls.lua:40: failed
--> stack traceback:
--> 	debug_tail_calls.lua:12: in function 'shown'
--> 	debug_tail_calls.lua:40: in function <debug_tail_calls.lua:40>
--> 	[C]: in function 'outer'
--> 	debug_tail_calls.lua:40: in function <debug_tail_calls.lua:40>
--> 	[C]: in function 'xpcall'
--> 	debug_tail_calls.lua:40: in main chunk
--> 	[C]: at the host
--> false	handled
--> false	bad argument #1 to '?' (string expected, got no value)
--> upvalue last 14,  nil 43
--> last
--> stack traceback:
--> 	debug_tail_calls.lua:12: in function 'shown'
--> 	debug_tail_calls.lua:14: in function 'last'
--> 	debug_tail_calls.lua:43: in function <debug_tail_calls.lua:43>
--> 	[C]: in function 'sorted'
--> 	debug_tail_calls.lua:44: in main chunk
--> 	[C]: at the host
