-- Which argument is checked first, and how numbers are converted.
-- only: luajit
for _, f in ipairs({ coroutine.resume, coroutine.status }) do
  print(pcall(f))
  print(pcall(f, 1))
  print(pcall(f, {}))
end
print(pcall(os.difftime, nil, true))
print(pcall(os.difftime, {}, 1))
print(pcall(os.difftime))
print(pcall(debug.getupvalue))
print(pcall(debug.getupvalue, 1, 2))
print(pcall(debug.setupvalue, 1, {}, 1))
print(pcall(debug.setupvalue, 1, 1))
print(pcall(debug.setlocal, 1))
print(pcall(select, 2 ^ 53))
print(pcall(select, 1 / 0, 1))
print(pcall(getfenv, 0 / 0))
print(pcall(error, 1, 2 ^ 53))
print(pcall(error, "x", 1 / 0))
print(pcall(unpack, {}, 0 / 0, 1))
print(pcall(unpack, {}, 1, 1 / 0))
print(pcall(unpack, { 1, 2 }, "1", "2"))
print(debug.traceback("x", 0 / 0))
print(getfenv(0) == _G, getfenv() == _G, getfenv("1") == _G)

--> false	bad argument #1 to '?' (coroutine expected)
--> false	bad argument #1 to '?' (coroutine expected)
--> false	bad argument #1 to '?' (coroutine expected)
--> false	bad argument #1 to '?' (coroutine expected)
--> false	bad argument #1 to '?' (coroutine expected)
--> false	bad argument #1 to '?' (coroutine expected)
--> false	bad argument #2 to '?' (number expected, got boolean)
--> false	bad argument #1 to '?' (number expected, got table)
--> false	bad argument #1 to '?' (number expected, got no value)
--> false	bad argument #2 to '?' (number expected, got no value)
--> false	bad argument #1 to '?' (function expected, got number)
--> false	bad argument #2 to '?' (number expected, got table)
--> false	bad argument #3 to '?' (value expected)
--> false	bad argument #3 to '?' (value expected)
--> false	bad argument #1 to '?' (index out of range)
--> false	bad argument #1 to '?' (index out of range)
--> false	bad argument #1 to '?' (invalid level)
--> false	1
--> false	x
--> false	too many results to unpack
--> true
--> true	1	2
--> x
--> stack traceback:
--> true	true	true
