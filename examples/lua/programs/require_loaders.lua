-- The four loaders of `require`, and what they say.
print(#package.loaders)
for i = 1, 4 do print(i, type(package.loaders[i])) end
package.path, package.cpath = "./?.nothing", "./?.none;./all.none"
local function said(loader, name)
  local result = package.loaders[loader](name)
  return type(result) == "string" and (result:gsub("\n\t", "|")) or result
end
for loader = 1, 4 do print(said(loader, "module.part.more")) end
for loader = 1, 4 do print(said(loader, "module")) end
print((select(2, pcall(require, "a.b")):gsub("\n\t", "|")))
print((select(2, pcall(require, "a")):gsub("\n\t", "|")))
table.insert(package.loaders, 1, function(name) return name == "made" and function(...) return { ... } end or "\n\tnot made" end)
print(require("made")[1], require("made") == package.loaded.made)
print((select(2, pcall(require, "other")):match("not made")))

--> 4
--> 1	function
--> 2	function
--> 3	function
--> 4	function
--> |no field package.preload['module.part.more']
--> |no file './module/part/more.nothing'
--> |no file './module/part/more.none'|no file './all.none'
--> |no file './module.none'|no file './all.none'
--> |no field package.preload['module']
--> |no file './module.nothing'
--> |no file './module.none'|no file './all.none'
--> nil
--> module 'a.b' not found:|no field package.preload['a.b']|no file './a/b.nothing'|no file './a/b.none'|no file './all.none'|no file './a.none'|no file './all.none'
--> module 'a' not found:|no field package.preload['a']|no file './a.nothing'|no file './a.none'|no file './all.none'
--> made	true
--> not made
