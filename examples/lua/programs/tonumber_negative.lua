-- tonumber with a base and a sign.
-- only: luajit
print(tonumber("-11", 2), tonumber("-ff", 16), tonumber(" -z ", 36), tonumber("-", 2))

--> -3	-255	-35	nil
