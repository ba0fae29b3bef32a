-- A pattern whose recursion is too deep.
-- only: luajit
local s = ("a"):rep(300000)
print((pcall(string.match, s, ("a?"):rep(300000))))
print(select(2, pcall(string.find, s, ("a?"):rep(250) .. "b")))

--> false
--> pattern too complex
