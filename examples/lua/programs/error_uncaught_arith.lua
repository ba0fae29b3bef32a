-- Arithmetic on a missing field at the top level.
local account = { balance = 10 }
print(account.balance - 1)
account.balance = account.balance - account.fee

--> 9
--! error_uncaught_arith.lua:4: attempt to perform arithmetic on field 'fee' (a nil value)
