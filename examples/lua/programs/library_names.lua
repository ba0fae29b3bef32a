-- Names that programs look for.
-- only: luajit
print(type(debug.debug), type(debug.upvalueid), type(debug.upvaluejoin))
print(#package.loaders)
print(pcall(require, "table.new"), (pcall(require, "table.clear")))
print(type(jit), (pcall(require, "jit")))

--> function	function	function
--> 4
--> true	true
--> table	true
