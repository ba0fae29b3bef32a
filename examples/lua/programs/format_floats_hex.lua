-- string.format: %a.
-- only: luajit
print(("%a %a %a %a"):format(1, 0.5, -2, 255))
print(("%A %.2a %a"):format(10, 1 / 3, 0))
print(("%20a|%-20a|%+a"):format(1, 1, 1))

--> 0x1p+0 0x1p-1 -0x1p+1 0x1.fep+7
--> 0X1.4P+3 0x1.55p-2 0x0p+0
-->               0x1p+0|0x1p+0              |+0x1p+0
