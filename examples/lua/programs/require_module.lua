-- require, package.preload, package.loaded and module tables.
package.preload["my.mod"] = function(...) print("loading", ...); return { value = 42 } end
print(require("my.mod").value, require("my.mod") == package.loaded["my.mod"])
package.preload.nothing = function() end
print(require("nothing"))
print(package.loaded.string == string, require("string") == string)
print((pcall(require, "surely.not.there")))
package.loaded.fake = "anything"
print(require "fake")
print(type(package.path), type(package.loaders))
package.preload.bad = function() error("in module", 0) end
print((pcall(require, "bad")))

--> loading	my.mod
--> 42	true
--> true
--> true	true
--> false
--> anything
--> string	table
--> false
