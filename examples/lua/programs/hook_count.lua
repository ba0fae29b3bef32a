-- A hook that counts is called, and can be read.
local n = 0
debug.sethook(function() n = n + 1 end, "", 1)
for i = 1, 1000 do n = n end
local h = debug.gethook()
debug.sethook()
print(n > 0, h ~= nil)

--> true	true
