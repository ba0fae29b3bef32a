-- Every comparison of every pair of types.
local co1, co2 = coroutine.create(function() end), coroutine.create(function() end)
local t1, t2, f1, f2 = {}, {}, function() end, print
local values = { { "nil" }, { "true", true }, { "false", false }, { "1", 1 }, { "2", 2 }, { "'1'", "1" }, { "'a'", "a" }, { "table1", t1 }, { "table2", t2 },
  { "function1", f1 }, { "function2", f2 }, { "thread1", co1 }, { "thread2", co2 } }
local operators = {
  { "==", function(a, b) return a == b end },
  { "~=", function(a, b) return a ~= b end },
  { "<", function(a, b) return a < b end },
  { "<=", function(a, b) return a <= b end },
  { ">", function(a, b) return a > b end },
  { ">=", function(a, b) return a >= b end },
}
for _, operator in ipairs(operators) do
  for _, left in ipairs(values) do
    local row = {}
    for _, right in ipairs(values) do
      local ok, result = pcall(operator[2], left[2], right[2])
      row[#row + 1] = ok and (result and "T" or "F") or "!"
    end
    print(operator[1], left[1], table.concat(row))
  end
end
for _, left in ipairs(values) do
  for _, right in ipairs(values) do
    local ok, result = pcall(operators[3][2], left[2], right[2])
    -- PUC takes a string and a thread for two strings: it looks at the third letter.
    if not ok and type(left[2]) ~= "thread" and type(right[2]) ~= "thread" then print(left[1], right[1], (result:gsub("^.-: ", ""))) end
  end
end

--> ==	nil	TFFFFFFFFFFFF
--> ==	true	FTFFFFFFFFFFF
--> ==	false	FFTFFFFFFFFFF
--> ==	1	FFFTFFFFFFFFF
--> ==	2	FFFFTFFFFFFFF
--> ==	'1'	FFFFFTFFFFFFF
--> ==	'a'	FFFFFFTFFFFFF
--> ==	table1	FFFFFFFTFFFFF
--> ==	table2	FFFFFFFFTFFFF
--> ==	function1	FFFFFFFFFTFFF
--> ==	function2	FFFFFFFFFFTFF
--> ==	thread1	FFFFFFFFFFFTF
--> ==	thread2	FFFFFFFFFFFFT
--> ~=	nil	FTTTTTTTTTTTT
--> ~=	true	TFTTTTTTTTTTT
--> ~=	false	TTFTTTTTTTTTT
--> ~=	1	TTTFTTTTTTTTT
--> ~=	2	TTTTFTTTTTTTT
--> ~=	'1'	TTTTTFTTTTTTT
--> ~=	'a'	TTTTTTFTTTTTT
--> ~=	table1	TTTTTTTFTTTTT
--> ~=	table2	TTTTTTTTFTTTT
--> ~=	function1	TTTTTTTTTFTTT
--> ~=	function2	TTTTTTTTTTFTT
--> ~=	thread1	TTTTTTTTTTTFT
--> ~=	thread2	TTTTTTTTTTTTF
--> <	nil	!!!!!!!!!!!!!
--> <	true	!!!!!!!!!!!!!
--> <	false	!!!!!!!!!!!!!
--> <	1	!!!FT!!!!!!!!
--> <	2	!!!FF!!!!!!!!
--> <	'1'	!!!!!FT!!!!!!
--> <	'a'	!!!!!FF!!!!!!
--> <	table1	!!!!!!!!!!!!!
--> <	table2	!!!!!!!!!!!!!
--> <	function1	!!!!!!!!!!!!!
--> <	function2	!!!!!!!!!!!!!
--> <	thread1	!!!!!!!!!!!!!
--> <	thread2	!!!!!!!!!!!!!
--> <=	nil	!!!!!!!!!!!!!
--> <=	true	!!!!!!!!!!!!!
--> <=	false	!!!!!!!!!!!!!
--> <=	1	!!!TT!!!!!!!!
--> <=	2	!!!FT!!!!!!!!
--> <=	'1'	!!!!!TT!!!!!!
--> <=	'a'	!!!!!FT!!!!!!
--> <=	table1	!!!!!!!!!!!!!
--> <=	table2	!!!!!!!!!!!!!
--> <=	function1	!!!!!!!!!!!!!
--> <=	function2	!!!!!!!!!!!!!
--> <=	thread1	!!!!!!!!!!!!!
--> <=	thread2	!!!!!!!!!!!!!
--> >	nil	!!!!!!!!!!!!!
--> >	true	!!!!!!!!!!!!!
--> >	false	!!!!!!!!!!!!!
--> >	1	!!!FF!!!!!!!!
--> >	2	!!!TF!!!!!!!!
--> >	'1'	!!!!!FF!!!!!!
--> >	'a'	!!!!!TF!!!!!!
--> >	table1	!!!!!!!!!!!!!
--> >	table2	!!!!!!!!!!!!!
--> >	function1	!!!!!!!!!!!!!
--> >	function2	!!!!!!!!!!!!!
--> >	thread1	!!!!!!!!!!!!!
--> >	thread2	!!!!!!!!!!!!!
--> >=	nil	!!!!!!!!!!!!!
--> >=	true	!!!!!!!!!!!!!
--> >=	false	!!!!!!!!!!!!!
--> >=	1	!!!TF!!!!!!!!
--> >=	2	!!!TT!!!!!!!!
--> >=	'1'	!!!!!TF!!!!!!
--> >=	'a'	!!!!!TT!!!!!!
--> >=	table1	!!!!!!!!!!!!!
--> >=	table2	!!!!!!!!!!!!!
--> >=	function1	!!!!!!!!!!!!!
--> >=	function2	!!!!!!!!!!!!!
--> >=	thread1	!!!!!!!!!!!!!
--> >=	thread2	!!!!!!!!!!!!!
--> nil	nil	attempt to compare two nil values
--> nil	true	attempt to compare nil with boolean
--> nil	false	attempt to compare nil with boolean
--> nil	1	attempt to compare nil with number
--> nil	2	attempt to compare nil with number
--> nil	'1'	attempt to compare nil with string
--> nil	'a'	attempt to compare nil with string
--> nil	table1	attempt to compare nil with table
--> nil	table2	attempt to compare nil with table
--> nil	function1	attempt to compare nil with function
--> nil	function2	attempt to compare nil with function
--> true	nil	attempt to compare boolean with nil
--> true	true	attempt to compare two boolean values
--> true	false	attempt to compare two boolean values
--> true	1	attempt to compare boolean with number
--> true	2	attempt to compare boolean with number
--> true	'1'	attempt to compare boolean with string
--> true	'a'	attempt to compare boolean with string
--> true	table1	attempt to compare boolean with table
--> true	table2	attempt to compare boolean with table
--> true	function1	attempt to compare boolean with function
--> true	function2	attempt to compare boolean with function
--> false	nil	attempt to compare boolean with nil
--> false	true	attempt to compare two boolean values
--> false	false	attempt to compare two boolean values
--> false	1	attempt to compare boolean with number
--> false	2	attempt to compare boolean with number
--> false	'1'	attempt to compare boolean with string
--> false	'a'	attempt to compare boolean with string
--> false	table1	attempt to compare boolean with table
--> false	table2	attempt to compare boolean with table
--> false	function1	attempt to compare boolean with function
--> false	function2	attempt to compare boolean with function
--> 1	nil	attempt to compare number with nil
--> 1	true	attempt to compare number with boolean
--> 1	false	attempt to compare number with boolean
--> 1	'1'	attempt to compare number with string
--> 1	'a'	attempt to compare number with string
--> 1	table1	attempt to compare number with table
--> 1	table2	attempt to compare number with table
--> 1	function1	attempt to compare number with function
--> 1	function2	attempt to compare number with function
--> 2	nil	attempt to compare number with nil
--> 2	true	attempt to compare number with boolean
--> 2	false	attempt to compare number with boolean
--> 2	'1'	attempt to compare number with string
--> 2	'a'	attempt to compare number with string
--> 2	table1	attempt to compare number with table
--> 2	table2	attempt to compare number with table
--> 2	function1	attempt to compare number with function
--> 2	function2	attempt to compare number with function
--> '1'	nil	attempt to compare string with nil
--> '1'	true	attempt to compare string with boolean
--> '1'	false	attempt to compare string with boolean
--> '1'	1	attempt to compare string with number
--> '1'	2	attempt to compare string with number
--> '1'	table1	attempt to compare string with table
--> '1'	table2	attempt to compare string with table
--> '1'	function1	attempt to compare string with function
--> '1'	function2	attempt to compare string with function
--> 'a'	nil	attempt to compare string with nil
--> 'a'	true	attempt to compare string with boolean
--> 'a'	false	attempt to compare string with boolean
--> 'a'	1	attempt to compare string with number
--> 'a'	2	attempt to compare string with number
--> 'a'	table1	attempt to compare string with table
--> 'a'	table2	attempt to compare string with table
--> 'a'	function1	attempt to compare string with function
--> 'a'	function2	attempt to compare string with function
--> table1	nil	attempt to compare table with nil
--> table1	true	attempt to compare table with boolean
--> table1	false	attempt to compare table with boolean
--> table1	1	attempt to compare table with number
--> table1	2	attempt to compare table with number
--> table1	'1'	attempt to compare table with string
--> table1	'a'	attempt to compare table with string
--> table1	table1	attempt to compare two table values
--> table1	table2	attempt to compare two table values
--> table1	function1	attempt to compare table with function
--> table1	function2	attempt to compare table with function
--> table2	nil	attempt to compare table with nil
--> table2	true	attempt to compare table with boolean
--> table2	false	attempt to compare table with boolean
--> table2	1	attempt to compare table with number
--> table2	2	attempt to compare table with number
--> table2	'1'	attempt to compare table with string
--> table2	'a'	attempt to compare table with string
--> table2	table1	attempt to compare two table values
--> table2	table2	attempt to compare two table values
--> table2	function1	attempt to compare table with function
--> table2	function2	attempt to compare table with function
--> function1	nil	attempt to compare function with nil
--> function1	true	attempt to compare function with boolean
--> function1	false	attempt to compare function with boolean
--> function1	1	attempt to compare function with number
--> function1	2	attempt to compare function with number
--> function1	'1'	attempt to compare function with string
--> function1	'a'	attempt to compare function with string
--> function1	table1	attempt to compare function with table
--> function1	table2	attempt to compare function with table
--> function1	function1	attempt to compare two function values
--> function1	function2	attempt to compare two function values
--> function2	nil	attempt to compare function with nil
--> function2	true	attempt to compare function with boolean
--> function2	false	attempt to compare function with boolean
--> function2	1	attempt to compare function with number
--> function2	2	attempt to compare function with number
--> function2	'1'	attempt to compare function with string
--> function2	'a'	attempt to compare function with string
--> function2	table1	attempt to compare function with table
--> function2	table2	attempt to compare function with table
--> function2	function1	attempt to compare two function values
--> function2	function2	attempt to compare two function values
