-- Reading a field of every type, storing to one, and calling every type.
local values = { { "nil" }, { "true", true }, { "1", 1 }, { "'s'", "s" }, { "table", { x = "field" } }, { "function", function(...) return "called", ... end },
  { "thread", coroutine.create(function() end) } }
local function show(what, name, ok, ...)
  print(what, name, ok, (tostring((...)):gsub("^.-: ", "")))
end
for _, value in ipairs(values) do
  show("get", value[1], pcall(function(v) return v.x end, value[2]))
  show("get key", value[1], pcall(function(v, k) return v[k] end, value[2], "x"))
  show("get index", value[1], pcall(function(v) return v[1] end, value[2]))
  show("set", value[1], pcall(function(v) v.x = 1 end, value[2]))
  show("call", value[1], pcall(function(v) return v(1) end, value[2]))
  show("method", value[1], pcall(function(v) return v:upper() end, value[2]))
end

--> get	nil	false	attempt to index local 'v' (a nil value)
--> get key	nil	false	attempt to index local 'v' (a nil value)
--> get index	nil	false	attempt to index local 'v' (a nil value)
--> set	nil	false	attempt to index local 'v' (a nil value)
--> call	nil	false	attempt to call local 'v' (a nil value)
--> method	nil	false	attempt to index local 'v' (a nil value)
--> get	true	false	attempt to index local 'v' (a boolean value)
--> get key	true	false	attempt to index local 'v' (a boolean value)
--> get index	true	false	attempt to index local 'v' (a boolean value)
--> set	true	false	attempt to index local 'v' (a boolean value)
--> call	true	false	attempt to call local 'v' (a boolean value)
--> method	true	false	attempt to index local 'v' (a boolean value)
--> get	1	false	attempt to index local 'v' (a number value)
--> get key	1	false	attempt to index local 'v' (a number value)
--> get index	1	false	attempt to index local 'v' (a number value)
--> set	1	false	attempt to index local 'v' (a number value)
--> call	1	false	attempt to call local 'v' (a number value)
--> method	1	false	attempt to index local 'v' (a number value)
--> get	's'	true	nil
--> get key	's'	true	nil
--> get index	's'	true	nil
--> set	's'	false	attempt to index local 'v' (a string value)
--> call	's'	false	attempt to call local 'v' (a string value)
--> method	's'	true	S
--> get	table	true	field
--> get key	table	true	field
--> get index	table	true	nil
--> set	table	true	nil
--> call	table	false	attempt to call local 'v' (a table value)
--> method	table	false	attempt to call method 'upper' (a nil value)
--> get	function	false	attempt to index local 'v' (a function value)
--> get key	function	false	attempt to index local 'v' (a function value)
--> get index	function	false	attempt to index local 'v' (a function value)
--> set	function	false	attempt to index local 'v' (a function value)
--> call	function	true	called
--> method	function	false	attempt to index local 'v' (a function value)
--> get	thread	false	attempt to index local 'v' (a thread value)
--> get key	thread	false	attempt to index local 'v' (a thread value)
--> get index	thread	false	attempt to index local 'v' (a thread value)
--> set	thread	false	attempt to index local 'v' (a thread value)
--> call	thread	false	attempt to call local 'v' (a thread value)
--> method	thread	false	attempt to index local 'v' (a thread value)
