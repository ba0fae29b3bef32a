-- string.dump, and loading its result.
-- only: luajit
local f = loadstring(string.dump(function(a, b) return a + b, "dumped" end))
print(f(1, 2))
print((pcall(string.dump, print)))
print(type(string.dump(function() end)))

-- A stripped dump has neither comments nor the names of locals, and does the same.
local make = loadstring([==[
local function make(secret_parameter)
  local secret, self_made = secret_parameter * 2, {secret_parameter, secret = "field"}
  -- a secret comment
  function self_made:method(secret_argument)
    for secret_index = 1, 3 do
      secret_argument = secret_argument + secret_index
    end
    return secret_argument, self.secret, #self, global_name, [[
long
text]], 0x10 + 1.5e1, ("\0\r\n\"q\""):byte(1, -1)
  end
  return self_made
end
return make]==], "=secret")()
global_name = "global"
local stripped = string.dump(make, true)
for _, name in ipairs {"parameter", "self_made", "comment", "argument", "index", "label", "string_dump"} do
  print(name, stripped:find(name, 1, true))
end
print(stripped:find("global_name", 1, true) ~= nil, stripped:find("field", 1, true) ~= nil)
print(loadstring(stripped)(5):method(10))
print(string.dump(loadstring(stripped), true) == stripped)

--> 3	dumped
--> false
--> string
--> parameter	nil
--> self_made	nil
--> comment	nil
--> argument	nil
--> index	nil
--> label	nil
--> string_dump	nil
--> true	true
--> 16	field	1	global	long
--> text	31	0	13	10	34	113	34
--> true
