-- `and`, `or` and `not` return operands, and evaluate only as many as necessary.
local calls = {}
local function v(value)
  calls[#calls + 1] = tostring(value)
  return value
end
local function show(...)
  print(tostring((...)), table.concat(calls, ","))
  calls = {}
end
show(v(1) and v(2))
show(v(nil) and v(2))
show(v(false) and v(2))
show(v(1) or v(2))
show(v(nil) or v(2))
show(v(false) or v(nil))
show(v(nil) or v(false))
show(v(nil) and v(1) or v(3))
show(v(1) and v(nil) or v(3))
show((v(1) or v(2)) and v(3))
show(v(false) or v(nil) or v(0) or v(1))
show(v(1) and v("") and v(false) and v(2))
show(not v(1))
show(not v(nil))
show(not (v(1) and v(false)))
show(v(0) and "zero is true")
show(v("") and "so is the empty string")

--> 2	1,2
--> nil	nil
--> false	false
--> 1	1
--> 2	nil,2
--> nil	false,nil
--> false	nil,false
--> 3	nil,3
--> 3	1,nil,3
--> 3	1,3
--> 0	false,nil,0
--> false	1,,false
--> false	1
--> true	nil
--> true	1,false
--> zero is true	0
--> so is the empty string	
