-- Every metamethod can yield, at every operand of every op.
-- only: luajit
local names = {"add","sub","mul","div","mod","pow","unm","len","concat","eq","lt","le","index","newindex","call"}
local mt = {} for _, n in ipairs(names) do mt["__" .. n] = function(...) return coroutine.yield(n) end end
local function new() return setmetatable({}, mt) end
local a, b = new(), new()
local up = new()
local ops = {
 {"add left", function() return a + 1 end}, {"add right", function() return 1 + a end}, {"add both", function() return a + b end}, {"add const str", function() return a + "x" end},
 {"sub", function() return a - 1 end}, {"sub r", function() return 1 - a end}, {"mul", function() return a * 2 end}, {"mul r", function() return 2 * a end},
 {"div", function() return a / 2 end}, {"div r", function() return 2 / a end}, {"mod", function() return a % 2 end}, {"mod r", function() return 2 % a end},
 {"pow", function() return a ^ 2 end}, {"pow r", function() return 2 ^ a end}, {"unm", function() return -a end},
 {"concat l", function() return a .. "x" end}, {"concat r", function() return "x" .. a end},
 {"concat 3 l", function() return a .. "x" .. "y" end}, {"concat 3 m", function() return "x" .. a .. "y" end}, {"concat 3 r", function() return "x" .. "y" .. a end},
 {"concat all", function() return a .. b .. a .. b end}, {"concat num", function() return 1 .. a .. 2 .. b .. 3 end},
 {"eq", function() return a == b end}, {"ne", function() return a ~= b end}, {"lt", function() return a < b end}, {"le", function() return a <= b end}, {"gt", function() return a > b end}, {"ge", function() return a >= b end},
 {"if lt", function() if a < b then return "yes" else return "no" end end}, {"if not le", function() if not (a <= b) then return "yes" else return "no" end end},
 {"if eq", function() if a == b then return "yes" end return "no" end}, {"while", function() local n = 0 while a < b do n = n + 1 if n > 1 then break end end return n end},
 {"repeat", function() local n = 0 repeat n = n + 1 until a == b or n > 2 return n end},
 {"index name", function() return a.x end}, {"index num", function() return a[1] end}, {"index key", function() local k = {} return type(a[k]) end}, {"index nil", function() return a[nil] end},
 {"method", function() return pcall(function() return a:m(1) end) end},
 {"newindex name", function() a.x = 1 return "done" end}, {"newindex num", function() a[1] = 1 return "done" end}, {"newindex key", function() local k = {} a[k] = 1 return "done" end},
 {"call", function() return a(1, 2) end}, {"call stat", function() a(1) return "done" end}, {"call one", function() local x = a(1) return x end}, {"call last", function() return (a(1)) end}, {"for", function() for k in a do return k end return "none" end},
 {"and", function() return (a < b) and "t" or "f" end}, {"table", function() local t = {a.x, a[1], a()} return #t end}, {"arg", function() return select("#", a.x, a.y, a()) end},
 {"assign", function() local x, y = a.x, a.y return x, y end}, {"global", function() setfenv(1, a) return somename end}, {"set global", function() setfenv(1, a) somename = 1 return "done" end},
}
for _, op in ipairs(ops) do
  for _, answer in ipairs{"R", false, 0} do
    local co = coroutine.create(op[2])
    local out = {op[1], tostring(answer == 0 and nil or answer)}
    local r = {coroutine.resume(co)}
    local n = 0
    while coroutine.status(co) == "suspended" and n < 9 do
      n = n + 1
      out[#out+1] = tostring(r[2])
      if answer == 0 then r = {coroutine.resume(co)} else r = {coroutine.resume(co, answer)} end
    end
    for i = 1, math.max(#r, 2) do out[#out+1] = tostring(r[i]):gsub("0x%x+", "A") .. "" end
    print(table.concat(out, " "))
  end
end

--> add left R add true R
--> add left false add true false
--> add left 0 add true nil
--> add right R add true R
--> add right false add true false
--> add right 0 add true nil
--> add both R add true R
--> add both false add true false
--> add both 0 add true nil
--> add const str R add true R
--> add const str false add true false
--> add const str 0 add true nil
--> sub R sub true R
--> sub false sub true false
--> sub 0 sub true nil
--> sub r R sub true R
--> sub r false sub true false
--> sub r 0 sub true nil
--> mul R mul true R
--> mul false mul true false
--> mul 0 mul true nil
--> mul r R mul true R
--> mul r false mul true false
--> mul r 0 mul true nil
--> div R div true R
--> div false div true false
--> div 0 div true nil
--> div r R div true R
--> div r false div true false
--> div r 0 div true nil
--> mod R mod true R
--> mod false mod true false
--> mod 0 mod true nil
--> mod r R mod true R
--> mod r false mod true false
--> mod r 0 mod true nil
--> pow R pow true R
--> pow false pow true false
--> pow 0 pow true nil
--> pow r R pow true R
--> pow r false pow true false
--> pow r 0 pow true nil
--> unm R unm true R
--> unm false unm true false
--> unm 0 unm true nil
--> concat l R concat true R
--> concat l false concat true false
--> concat l 0 concat true nil
--> concat r R concat true R
--> concat r false concat true false
--> concat r 0 concat true nil
--> concat 3 l R concat true R
--> concat 3 l false concat true false
--> concat 3 l 0 concat true nil
--> concat 3 m R concat true xR
--> concat 3 m false concat false meta_yield.lua:14: attempt to concatenate upvalue 'a' (a boolean value)
--> concat 3 m 0 concat false meta_yield.lua:14: attempt to concatenate upvalue 'a' (a nil value)
--> concat 3 r R concat true xR
--> concat 3 r false concat false meta_yield.lua:14: attempt to concatenate a boolean value
--> concat 3 r 0 concat false meta_yield.lua:14: attempt to concatenate a nil value
--> concat all R concat concat concat true R
--> concat all false concat concat concat true false
--> concat all 0 concat concat concat true nil
--> concat num R concat concat true 1R
--> concat num false concat false meta_yield.lua:15: attempt to concatenate upvalue 'b' (a boolean value)
--> concat num 0 concat false meta_yield.lua:15: attempt to concatenate upvalue 'b' (a nil value)
--> eq R eq true true
--> eq false eq true false
--> eq 0 eq true false
--> ne R eq true false
--> ne false eq true true
--> ne 0 eq true true
--> lt R lt true true
--> lt false lt true false
--> lt 0 lt true false
--> le R le true true
--> le false le true false
--> le 0 le true false
--> gt R lt true true
--> gt false lt true false
--> gt 0 lt true false
--> ge R le true true
--> ge false le true false
--> ge 0 le true false
--> if lt R lt true yes
--> if lt false lt true no
--> if lt 0 lt true no
--> if not le R le true no
--> if not le false le true yes
--> if not le 0 le true yes
--> if eq R eq true yes
--> if eq false eq true no
--> if eq 0 eq true no
--> while R lt lt true 2
--> while false lt true 0
--> while 0 lt true 0
--> repeat R eq true 1
--> repeat false eq eq eq true 3
--> repeat 0 eq eq eq true 3
--> index name R index true R
--> index name false index true false
--> index name 0 index true nil
--> index num R index true R
--> index num false index true false
--> index num 0 index true nil
--> index key R index true string
--> index key false index true boolean
--> index key 0 index true nil
--> index nil R index true R
--> index nil false index true false
--> index nil 0 index true nil
--> method R index true false meta_yield.lua:21: attempt to call method 'm' (a string value)
--> method false index true false meta_yield.lua:21: attempt to call method 'm' (a boolean value)
--> method 0 index true false meta_yield.lua:21: attempt to call method 'm' (a nil value)
--> newindex name R newindex true done
--> newindex name false newindex true done
--> newindex name 0 newindex true done
--> newindex num R newindex true done
--> newindex num false newindex true done
--> newindex num 0 newindex true done
--> newindex key R newindex true done
--> newindex key false newindex true done
--> newindex key 0 newindex true done
--> call R call true R
--> call false call true false
--> call 0 call true nil
--> call stat R call true done
--> call stat false call true done
--> call stat 0 call true done
--> call one R call true R
--> call one false call true false
--> call one 0 call true nil
--> call last R call true R
--> call last false call true false
--> call last 0 call true nil
--> for R call true R
--> for false call true false
--> for 0 call true none
--> and R lt true t
--> and false lt true f
--> and 0 lt true f
--> table R index index call true 3
--> table false index index call true 3
--> table 0 index index call true 0
--> arg R index index call true 3
--> arg false index index call true 3
--> arg 0 index index call true 2
--> assign R index index true R R
--> assign false index index true false false
--> assign 0 index index true nil
--> global R index true R
--> global false index false meta_yield.lua:25: attempt to call global 'setfenv' (a boolean value)
--> global 0 index false meta_yield.lua:25: attempt to call global 'setfenv' (a nil value)
--> set global R newindex true done
--> set global false index false meta_yield.lua:25: attempt to call global 'setfenv' (a boolean value)
--> set global 0 index false meta_yield.lua:25: attempt to call global 'setfenv' (a nil value)
