-- A compiler from brainfuck to Lua, through loadstring.
local function compile(src)
  local out, depth = { "local write = ...; local t, p = setmetatable({}, { __index = function() return 0 end }), 0" }, 0
  local code = {
    [">"] = "p = p + %d", ["<"] = "p = p - %d", ["+"] = "t[p] = (t[p] + %d) %% 256", ["-"] = "t[p] = (t[p] - %d) %% 256",
  }
  local i = 1
  while i <= #src do
    local c = src:sub(i, i)
    if code[c] then
      local run = src:match("^%" .. c .. "+", i)
      out[#out + 1] = code[c]:format(#run)
      i = i + #run
    else
      if c == "." then out[#out + 1] = "write(t[p])"
      elseif c == "[" then out[#out + 1] = "while t[p] ~= 0 do"; depth = depth + 1
      elseif c == "]" then out[#out + 1] = "end"; depth = depth - 1 end
      i = i + 1
    end
  end
  assert(depth == 0, "unbalanced")
  return assert(loadstring(table.concat(out, "\n"), "=bf"))
end
local function run(src)
  local out = {}
  compile(src)(function(b) out[#out + 1] = string.char(b) end)
  return table.concat(out)
end
io.write(run("++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------.>>+.>++."))
print(#run("+++++[>+++++<-]>[.-]"))
print(pcall(compile, "[[]"))

--> Hello World!
--> 25
--> false	program_brainfuck.lua:21: unbalanced
