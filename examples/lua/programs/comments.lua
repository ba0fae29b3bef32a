-- Comments in every place that allows white space.
local a --[[ here ]] = --[=[ and ]=] 1 -- and at the end
print --[[x]] ( --[[y]] a --[[z]] ) --
--
--[[]]
--[==[]==]
-----------------
print(--[[ nothing ]])
print("--[[ not a comment ]]", '-- nor this')
do --[[empty]] end
local t = { -- in a table
  1, -- one
  --[[ two ]] 2;
  3 --[[ three ]], -- last
}
print(#t) -- end without newline follows at the very end
--

--> 1
-->
--> --[[ not a comment ]]	-- nor this
--> 3
