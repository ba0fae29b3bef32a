-- The table `jit`: its fields, and turning native code on and off.
-- only: luajit
print(type(jit), type(jit.version), jit.version_num, type(jit.os), type(jit.arch), type(jit.status()), type(jit.opt.start))
print(require("jit") == jit, package.loaded.jit == jit, require("jit.opt") == jit.opt)
local function work(n) local s = 0 for i = 1, n do s = s + i end return s end
print(work(100))
print(jit.off(work), work(100))
print(jit.on(work), work(100))
print(jit.off(work, true), jit.off(work, false), work(100), jit.on(work, true))
print(jit.flush(work), work(100))
print(jit.flush(), work(100))
jit.off(true)
print(work(100))
jit.on(true, true)
print(work(100))
local was = jit.status()
jit.off()
print(jit.status(), work(100))
local restore = was and jit.on or jit.off
restore()
print(jit.status() == was, work(100))
local function outer() local function inner(x) return x * 2 end return inner end
jit.off(outer, true)
print(outer()(21))
jit.on(outer, true)
print(outer()(21))
print(jit.opt.start("hotloop=10", 2))
for _, wrong in ipairs({ 1, "x", {} }) do print(pcall(jit.on, wrong), pcall(jit.off, wrong)) end
print(pcall(jit.on, print))
print(pcall(jit.flush, {}))

--> table	string	20100	string	string	boolean	function
--> true	true	true
--> 5050
--> nil	5050
--> nil	5050
--> nil	nil	5050
--> nil	5050
--> nil	5050
--> 5050
--> 5050
--> false	5050
--> true	5050
--> 42
--> 42
-->
--> false	false	bad argument #1 to '?' (function expected, got number)
--> false	false	bad argument #1 to '?' (function expected, got string)
--> false	false	bad argument #1 to '?' (function expected, got table)
--> false	bad argument #1 to '?' (function expected, got function)
--> false	bad argument #1 to '?' (function expected, got table)
