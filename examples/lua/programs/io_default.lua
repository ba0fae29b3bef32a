-- Default input and output, and loadfile and dofile.
local name, name2 = os.tmpname(), os.tmpname()
io.output(name)
io.write("return 1, ", "'two', ...\n")
io.close()
io.output(io.stdout)
print(dofile(name))
print(loadfile(name)("arg"))
io.input(name)
print(io.read("*a"))
io.close(io.input())
io.input(io.stdin)
local f = io.open(name, "w"); f:write("#!shebang line\nreturn 'after shebang'\n"); f:close()
print(dofile(name))
f = io.open(name, "w"); f:write("return return"); f:close()
print((select(2, loadfile(name)):gsub("^.*:1:", "file:1:")))
print((loadfile("/nonexistent.lua")))
print(os.rename(name, name2), os.remove(name2))
f = io.tmpfile(); f:write("temp"); f:seek("set"); print(f:read("*a")); f:close()

--> 1	two
--> 1	two	arg
--> return 1, 'two', ...
-->
--> after shebang
--> file:1: unexpected symbol near 'return'
--> nil
--> true	true
--> temp
