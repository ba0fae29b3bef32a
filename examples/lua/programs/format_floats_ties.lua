-- Ties are rounded to the even digit, as C does, where the double is exactly between.
-- only: lua5.1
print(("%.0f %.0f %.0f %.0f %.0f"):format(0.5, 1.5, 2.5, 3.5, -0.5))
print(("%.1f %.1f %.2f %.2f"):format(0.25, 0.75, 0.125, 0.375))
print(("%.2e %.0e"):format(1.125, 2.5), ("%.3g"):format(1.0625 * 2))
print(123456789012345, 1234567890123450 + 0.5)

--> 0 2 2 4 -0
--> 0.2 0.8 0.12 0.38
--> 1.12e+00 2e+00	2.12
--> 1.2345678901234e+14	1.2345678901235e+15
