-- string.rep with a separator.
-- only: luajit
print(("ab"):rep(3, ","), ("ab"):rep(1, ","), ("ab"):rep(0, ","), ("x"):rep(3, ""), (""):rep(3, "-"))
print(#("abc"):rep(100, ", "))

--> ab,ab,ab	ab		xxx	--
--> 498
