-- The numbers that read("*n") accepts, and the bytes that it leaves.
-- only: luajit
local name = os.tmpname()
local function put(text)
  local file = assert(io.open(name, "w"))
  file:write(text)
  file:close()
end
for _, text in ipairs { "1e", "1e+", "0x", "0xg", "  12abc", "-", "+5", "--5", ".5.", "5.e3x", "inf", "infinityx", "nan",
  "nan(12)", "infi", "1e5e5", "0x1p4", "0x.8", "1_0", "", "\n\n 7", "08", "0b11", "1e400", "0x1.8p", "i", "n", "12e-",
  "1..2", "99999999999999999999999", "-0x10", "-.5e-1z", "e5", "\t\v\f\r8" } do
  put(text)
  local file = io.open(name)
  local number = file:read("*n")
  print(#text, number, file:read("*a"))
  file:close()
end
put("1 2 x 3")
local file = io.open(name)
print(file:read("*n", "*n", "*n", "*n"))
file:close()
os.remove(name)

--> 2	1	
--> 3	1	
--> 2	nil	
--> 3	nil	g
--> 7	12	abc
--> 1	nil	
--> 2	5	
--> 3	nil	-5
--> 3	0.5	.
--> 5	5000	x
--> 3	inf	
--> 9	inf	x
--> 3	nan	
--> 7	nan	(12)
--> 4	nil	
--> 5	100000	e5
--> 5	16	
--> 4	0.5	
--> 3	1	_0
--> 0	nil	
--> 4	7	
--> 2	8	
--> 4	0	b11
--> 5	inf	
--> 6	1.5	
--> 1	nil	
--> 1	nil	
--> 4	12	
--> 4	1	.2
--> 23	1e+23	
--> 5	-16	
--> 7	-0.05	z
--> 2	nil	e5
--> 5	8	
--> 1	2	nil
