-- A function with nearly the maximal number of locals.
local names, values, sum = {}, {}, {}
for i = 1, 190 do
  names[i], values[i], sum[i] = "v" .. i, tostring(i), "v" .. i
end
local source = "local " .. table.concat(names, ", ") .. " = " .. table.concat(values, ", ") .. "\n"
source = source .. "local function up() v1 = v1 + v190 return v1 end\n"
source = source .. "up() up()\nreturn " .. table.concat(sum, " + ", 1, 100) .. ", v1, v190, up"
local total, v1, v190, up = assert(loadstring(source))()
print(total, v1, v190, up())
local nested = "return 0"
for i = 1, 40 do nested = "local a" .. i .. " = " .. i .. " local f = function() " .. nested .. " + a" .. i .. " end return f()" end
print(assert(loadstring(nested))())
local parts = {}
for i = 1, 400 do parts[i] = "t[" .. i .. "] = " .. i .. " + 0.5" end
local t = {}
assert(loadstring("local t = ... " .. table.concat(parts, " ")))(t)
print(#t, t[400])
local constants = {}
for i = 1, 700 do constants[i] = "'k" .. i .. "'" end
local list = assert(loadstring("return { " .. table.concat(constants, ", ") .. " }"))()
print(#list, list[1], list[300], list[700])
local ifs = {}
for i = 1, 150 do ifs[i] = (i == 1 and "if" or "elseif") .. " x == " .. i .. " then return 'case " .. i .. "'" end
local case = assert(loadstring("local x = ... " .. table.concat(ifs, " ") .. " else return 'none' end"))
print(case(1), case(150), case(151))
local long = assert(loadstring("local x = ... return x" .. (" + x"):rep(500)))
print(long(2))
local logic = assert(loadstring("local x = ... return x" .. (" and x"):rep(300) .. (" or x"):rep(300)))
print(logic(5), logic(false))

--> 5430	381	190	571
--> 820
--> 400	400.5
--> 700	k1	k300	k700
--> case 1	case 150	none
--> 1002
--> 5	false
