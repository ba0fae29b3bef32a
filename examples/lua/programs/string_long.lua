-- Long brackets, in strings and comments.
print([[plain]], [==[with ]] and ]=] inside]==])
print([[
first newline is dropped]])
print([[

the second is not]])
print([[a\nb]], #[[\]], [=[]]]=], [==[]=]]==])
--[[ a comment
over lines ]] print("after comment")
--[==[ another
]] ]=] still
]==] print("after level 2")
--[ not long
---[[ neither
print("visible")
--]]
print(#[[
x
]], [[tab	tab]])
local t = { [ [[key]] ] = 1 }
print(t.key, t[ [[key]] ])
local s = [[one
two
three]]
for line in s:gmatch("[^\n]+") do print(line) end

--> plain	with ]] and ]=] inside
--> first newline is dropped
-->
--> the second is not
--> a\nb	1	]]	]=]
--> after comment
--> after level 2
--> visible
--> 2	tab	tab
--> 1	1
--> one
--> two
--> three
