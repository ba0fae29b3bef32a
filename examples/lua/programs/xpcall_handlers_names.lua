-- What a handler sees of the function that threw.
local function bad() local mine = 1 error("e") end
print(xpcall(bad, function(m) return debug.getinfo(2, "S").what .. " " .. tostring(debug.getinfo(3, "f").func == bad) .. " " .. tostring((debug.getlocal(3, 1))) end))

--> false	C true mine
