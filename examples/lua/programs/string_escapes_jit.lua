-- The escapes that LuaJIT adds.
-- only: luajit
local function bytes(s) return table.concat({ s:byte(1, -1) }, " ") end
print(bytes("\x00\x41\xff\xFf"))
print("a\z   b\z
       c\z

   d")
print(bytes("\x41\z \x42"))
print(load([[return '\xZZ']]))
print(load([[return '\q']]))
print(load([[return '\256']]))

--> 0 65 255 255
--> abcd
--> 65 66
--> nil	[string "return '\xZZ'"]:1: invalid escape sequence near '''
--> nil	[string "return '\q'"]:1: invalid escape sequence near '''
--> nil	[string "return '\256'"]:1: invalid escape sequence near '''
