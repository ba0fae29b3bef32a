-- `load` asks its reader for no more than the parser needs, and stops at the first error.
-- only: luajit
local function try(text, size)
  local calls, at = 0, 1
  local f, message = load(function()
    calls = calls + 1
    if at > #text then return nil end
    local part = text:sub(at, at + size - 1)
    at = at + size
    return part
  end, "=x")
  print(size, calls, f and "ok" or message, f and select(2, pcall(f)))
end
for _, text in ipairs({
  "return 1 + 2", "x = = 1 " .. ("y = 1 "):rep(10), "return [[abc]] .. 'd\\x41\\065\\z   e'", "return 'abc",
  "local a = 5 return a --[[ comment ]] * 2", "goto x return 1", "return 0x10 + 1e2 + .5", "x..y",
  "for i = 1, 2 do end end return 1", "#!shebang\nreturn 7", "return 1 $ x", "", "return [==[ ]=] ]==]", "-- only\n--[=[ two ]=]",
  "return '\\u{20AC}'", "return a.b.c", "x = [=y", "x = 3..4",
}) do
  for _, size in ipairs({ 1, 2, 3, 5, 100 }) do try(text, size) end
end
local calls = 0
print(load(function() calls = calls + 1 return calls < 1e5 and "*a " or nil end))
print(calls)
local parts = { "return ", 42, "", "never" }
print(load(function() return table.remove(parts, 1) end)())
-- A reader that loads by another reader, and compiled chunks.
local n = 0
print(load(function()
  n = n + 1
  if n == 1 then return "return " end
  if n == 2 then return load(function() n = n + 1 return n == 3 and "return '5'" or nil end)() end
end)())
local dumped, at = string.dump(function() return 8 end), 0
print(load(function() at = at + 1 return at <= #dumped and dumped:sub(at, at) or nil end)())
for _, mode in ipairs({ "t", "b", "bt" }) do
  calls = 0
  print(mode, load(function() calls = calls + 1 return calls == 1 and "return 1" or nil end, "=x", mode) ~= nil, calls)
end
print(load(function() return "\27Lua" end, "x", "t"))
print(pcall(coroutine.wrap(function() return load(function() coroutine.yield(1) end) end)) ~= nil)
-- Garbage is collected meanwhile.
local long, made = 0, nil
print(load(function()
  long = long + 1
  made = { string.rep("x", long) }
  if long % 50 == 0 then collectgarbage() end
  return long == 1 and "local s = 0 " or long < 300 and "s = s + " .. long .. " " or long == 300 and "return s" or nil
end)())

--> 1	13	ok	3
--> 2	7	ok	3
--> 3	5	ok	3
--> 5	4	ok	3
--> 100	2	ok	3
--> 1	6	x:1: unexpected symbol near '='	nil
--> 2	3	x:1: unexpected symbol near '='	nil
--> 3	2	x:1: unexpected symbol near '='	nil
--> 5	2	x:1: unexpected symbol near '='	nil
--> 100	1	x:1: unexpected symbol near '='	nil
--> 1	36	ok	abcdAAe
--> 2	19	ok	abcdAAe
--> 3	13	ok	abcdAAe
--> 5	8	ok	abcdAAe
--> 100	2	ok	abcdAAe
--> 1	12	x:1: unfinished string near '<eof>'	nil
--> 2	7	x:1: unfinished string near '<eof>'	nil
--> 3	5	x:1: unfinished string near '<eof>'	nil
--> 5	4	x:1: unfinished string near '<eof>'	nil
--> 100	2	x:1: unfinished string near '<eof>'	nil
--> 1	41	ok	10
--> 2	21	ok	10
--> 3	15	ok	10
--> 5	9	ok	10
--> 100	2	ok	10
--> 1	16	x:1: undefined label 'x'	nil
--> 2	9	x:1: undefined label 'x'	nil
--> 3	6	x:1: undefined label 'x'	nil
--> 5	4	x:1: undefined label 'x'	nil
--> 100	2	x:1: undefined label 'x'	nil
--> 1	23	ok	116.5
--> 2	12	ok	116.5
--> 3	9	ok	116.5
--> 5	6	ok	116.5
--> 100	2	ok	116.5
--> 1	4	x:1: '=' expected near '..'	nil
--> 2	2	x:1: '=' expected near '..'	nil
--> 3	2	x:1: '=' expected near '..'	nil
--> 5	1	x:1: '=' expected near '..'	nil
--> 100	1	x:1: '=' expected near '..'	nil
--> 1	24	x:1: '<eof>' expected near 'end'	nil
--> 2	12	x:1: '<eof>' expected near 'end'	nil
--> 3	8	x:1: '<eof>' expected near 'end'	nil
--> 5	5	x:1: '<eof>' expected near 'end'	nil
--> 100	1	x:1: '<eof>' expected near 'end'	nil
--> 1	19	ok	7
--> 2	10	ok	7
--> 3	7	ok	7
--> 5	5	ok	7
--> 100	2	ok	7
--> 1	11	x:1: '<eof>' expected near '$'	nil
--> 2	6	x:1: '<eof>' expected near '$'	nil
--> 3	4	x:1: '<eof>' expected near '$'	nil
--> 5	3	x:1: '<eof>' expected near '$'	nil
--> 100	1	x:1: '<eof>' expected near '$'	nil
--> 1	1	ok	nil
--> 2	1	ok	nil
--> 3	1	ok	nil
--> 5	1	ok	nil
--> 100	1	ok	nil
--> 1	21	ok	 ]=] 
--> 2	11	ok	 ]=] 
--> 3	8	ok	 ]=] 
--> 5	5	ok	 ]=] 
--> 100	2	ok	 ]=] 
--> 1	22	ok	nil
--> 2	12	ok	nil
--> 3	8	ok	nil
--> 5	6	ok	nil
--> 100	2	ok	nil
--> 1	18	ok	€
--> 2	10	ok	€
--> 3	7	ok	€
--> 5	5	ok	€
--> 100	2	ok	€
--> 1	13	ok	x:1: attempt to index global 'a' (a nil value)
--> 2	7	ok	x:1: attempt to index global 'a' (a nil value)
--> 3	5	ok	x:1: attempt to index global 'a' (a nil value)
--> 5	4	ok	x:1: attempt to index global 'a' (a nil value)
--> 100	2	ok	x:1: attempt to index global 'a' (a nil value)
--> 1	7	x:1: invalid long string delimiter near '[='	nil
--> 2	4	x:1: invalid long string delimiter near '[='	nil
--> 3	3	x:1: invalid long string delimiter near '[='	nil
--> 5	2	x:1: invalid long string delimiter near '[='	nil
--> 100	1	x:1: invalid long string delimiter near '[='	nil
--> 1	9	x:1: malformed number near '3..4'	nil
--> 2	5	x:1: malformed number near '3..4'	nil
--> 3	4	x:1: malformed number near '3..4'	nil
--> 5	3	x:1: malformed number near '3..4'	nil
--> 100	2	x:1: malformed number near '3..4'	nil
--> nil	(load):1: unexpected symbol near '*'
--> 1
--> 42
--> 5
--> 8
--> t	true	2
--> b	false	1
--> bt	true	2
--> nil	attempt to load chunk with wrong mode
--> true
--> 44849
