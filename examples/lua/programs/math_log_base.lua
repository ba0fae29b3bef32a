-- math.log with a base.
-- only: luajit
print(math.log(8, 2), math.log(100, 10), ("%.6f"):format(math.log(27, 3)), ("%.6f"):format(math.log(10)))

--> 3	2	3.000000	2.302585
