-- Concatenation and length of every type, and logic on every pair.
local values = { { "nil" }, { "true", true }, { "false", false }, { "1.5", 1.5 }, { "'s'", "s" }, { "''", "" }, { "table", {} }, { "function", function() end } }
for _, left in ipairs(values) do
  for _, right in ipairs(values) do
    local ok, result = pcall(function(a, b) return a .. b end, left[2], right[2])
    print(left[1], right[1], ok, (tostring(result):gsub("^.-: ", "")))
  end
end
for _, value in ipairs(values) do
  local ok, result = pcall(function(a) return #a end, value[2])
  print("#", value[1], ok, (tostring(result):gsub("^.-: ", "")))
end
local function name(v)
  for _, pair in ipairs(values) do if rawequal(pair[2], v) then return pair[1] end end
end
for _, left in ipairs(values) do
  local row = {}
  for _, right in ipairs(values) do
    local a, b = left[2], right[2]
    row[#row + 1] = name(a and b) .. "/" .. name(a or b)
  end
  print(left[1], tostring(not left[2]), table.concat(row, " "))
end

--> nil	nil	false	attempt to concatenate local 'a' (a nil value)
--> nil	true	false	attempt to concatenate local 'a' (a nil value)
--> nil	false	false	attempt to concatenate local 'a' (a nil value)
--> nil	1.5	false	attempt to concatenate local 'a' (a nil value)
--> nil	's'	false	attempt to concatenate local 'a' (a nil value)
--> nil	''	false	attempt to concatenate local 'a' (a nil value)
--> nil	table	false	attempt to concatenate local 'a' (a nil value)
--> nil	function	false	attempt to concatenate local 'a' (a nil value)
--> true	nil	false	attempt to concatenate local 'a' (a boolean value)
--> true	true	false	attempt to concatenate local 'a' (a boolean value)
--> true	false	false	attempt to concatenate local 'a' (a boolean value)
--> true	1.5	false	attempt to concatenate local 'a' (a boolean value)
--> true	's'	false	attempt to concatenate local 'a' (a boolean value)
--> true	''	false	attempt to concatenate local 'a' (a boolean value)
--> true	table	false	attempt to concatenate local 'a' (a boolean value)
--> true	function	false	attempt to concatenate local 'a' (a boolean value)
--> false	nil	false	attempt to concatenate local 'a' (a boolean value)
--> false	true	false	attempt to concatenate local 'a' (a boolean value)
--> false	false	false	attempt to concatenate local 'a' (a boolean value)
--> false	1.5	false	attempt to concatenate local 'a' (a boolean value)
--> false	's'	false	attempt to concatenate local 'a' (a boolean value)
--> false	''	false	attempt to concatenate local 'a' (a boolean value)
--> false	table	false	attempt to concatenate local 'a' (a boolean value)
--> false	function	false	attempt to concatenate local 'a' (a boolean value)
--> 1.5	nil	false	attempt to concatenate local 'b' (a nil value)
--> 1.5	true	false	attempt to concatenate local 'b' (a boolean value)
--> 1.5	false	false	attempt to concatenate local 'b' (a boolean value)
--> 1.5	1.5	true	1.51.5
--> 1.5	's'	true	1.5s
--> 1.5	''	true	1.5
--> 1.5	table	false	attempt to concatenate local 'b' (a table value)
--> 1.5	function	false	attempt to concatenate local 'b' (a function value)
--> 's'	nil	false	attempt to concatenate local 'b' (a nil value)
--> 's'	true	false	attempt to concatenate local 'b' (a boolean value)
--> 's'	false	false	attempt to concatenate local 'b' (a boolean value)
--> 's'	1.5	true	s1.5
--> 's'	's'	true	ss
--> 's'	''	true	s
--> 's'	table	false	attempt to concatenate local 'b' (a table value)
--> 's'	function	false	attempt to concatenate local 'b' (a function value)
--> ''	nil	false	attempt to concatenate local 'b' (a nil value)
--> ''	true	false	attempt to concatenate local 'b' (a boolean value)
--> ''	false	false	attempt to concatenate local 'b' (a boolean value)
--> ''	1.5	true	1.5
--> ''	's'	true	s
--> ''	''	true	
--> ''	table	false	attempt to concatenate local 'b' (a table value)
--> ''	function	false	attempt to concatenate local 'b' (a function value)
--> table	nil	false	attempt to concatenate local 'a' (a table value)
--> table	true	false	attempt to concatenate local 'a' (a table value)
--> table	false	false	attempt to concatenate local 'a' (a table value)
--> table	1.5	false	attempt to concatenate local 'a' (a table value)
--> table	's'	false	attempt to concatenate local 'a' (a table value)
--> table	''	false	attempt to concatenate local 'a' (a table value)
--> table	table	false	attempt to concatenate local 'a' (a table value)
--> table	function	false	attempt to concatenate local 'a' (a table value)
--> function	nil	false	attempt to concatenate local 'a' (a function value)
--> function	true	false	attempt to concatenate local 'a' (a function value)
--> function	false	false	attempt to concatenate local 'a' (a function value)
--> function	1.5	false	attempt to concatenate local 'a' (a function value)
--> function	's'	false	attempt to concatenate local 'a' (a function value)
--> function	''	false	attempt to concatenate local 'a' (a function value)
--> function	table	false	attempt to concatenate local 'a' (a function value)
--> function	function	false	attempt to concatenate local 'a' (a function value)
--> #	nil	false	attempt to get length of local 'a' (a nil value)
--> #	true	false	attempt to get length of local 'a' (a boolean value)
--> #	false	false	attempt to get length of local 'a' (a boolean value)
--> #	1.5	false	attempt to get length of local 'a' (a number value)
--> #	's'	true	1
--> #	''	true	0
--> #	table	true	0
--> #	function	false	attempt to get length of local 'a' (a function value)
--> nil	true	nil/nil nil/true nil/false nil/1.5 nil/'s' nil/'' nil/table nil/function
--> true	false	nil/true true/true false/true 1.5/true 's'/true ''/true table/true function/true
--> false	true	false/nil false/true false/false false/1.5 false/'s' false/'' false/table false/function
--> 1.5	false	nil/1.5 true/1.5 false/1.5 1.5/1.5 's'/1.5 ''/1.5 table/1.5 function/1.5
--> 's'	false	nil/'s' true/'s' false/'s' 1.5/'s' 's'/'s' ''/'s' table/'s' function/'s'
--> ''	false	nil/'' true/'' false/'' 1.5/'' 's'/'' ''/'' table/'' function/''
--> table	false	nil/table true/table false/table 1.5/table 's'/table ''/table table/table function/table
--> function	false	nil/function true/function false/function 1.5/function 's'/function ''/function table/function function/function
