-- os.exit is not an error: protected calls, handlers and coroutines do not stop it.
local object = setmetatable({}, { __index = function() os.exit(0) end })
local function sorts()
  table.sort({ 3, 1, 2 }, function() return object.anything end)
end
local function resumes()
  print("resumed", coroutine.resume(coroutine.create(function() print("in", pcall(sorts)) end)))
end
print("before")
local function handler(message) print("handles", message); resumes(); print("not handled") end
print("outer", pcall(xpcall, function() error("first", 0) end, handler))
for i = 1, 10 do i = i + 1 end
print("never")

--> before
--> handles	first
