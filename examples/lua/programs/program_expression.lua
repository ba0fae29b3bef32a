-- A lexer, a parser and an evaluator of arithmetic, with variables and functions.
local function lex(s)
  local tokens, pos = {}, 1
  while true do
    pos = s:match("^%s*()", pos)
    if pos > #s then break end
    local num, name, op = s:match("^(%d+%.?%d*)", pos), s:match("^(%a%w*)", pos), s:match("^[-+*/^()=,]", pos)
    local text = num or name or op or error("bad character '" .. s:sub(pos, pos) .. "'", 0)
    tokens[#tokens + 1] = { kind = num and "num" or name and "name" or text, text = text }
    pos = pos + #text
  end
  return tokens
end
local binary = { ["+"] = { 1, 2 }, ["-"] = { 1, 2 }, ["*"] = { 3, 4 }, ["/"] = { 3, 4 }, ["^"] = { 8, 7 } }
local function parse(s)
  local tokens, i = lex(s), 1
  local function kind() return tokens[i] and tokens[i].kind or "end" end
  local function take() i = i + 1; return tokens[i - 1] end
  local function expect(k) if kind() ~= k then error("expected " .. k .. ", got " .. kind(), 0) end return take() end
  local expr
  local function atom()
    local k = kind()
    if k == "num" then return { "num", tonumber(take().text) }
    elseif k == "-" then take(); return { "neg", expr(6) }
    elseif k == "(" then take(); local e = expr(0); expect(")"); return e
    elseif k == "name" then
      local name = take().text
      if kind() ~= "(" then return { "var", name } end
      take()
      local args = { "call", name }
      if kind() ~= ")" then repeat args[#args + 1] = expr(0) until kind() ~= "," or not take() end
      expect(")")
      return args
    end
    error("unexpected " .. k, 0)
  end
  function expr(limit)
    local left = atom()
    while binary[kind()] and binary[kind()][1] > limit do
      local op = take().kind
      left = { op, left, expr(binary[op][2]) }
    end
    return left
  end
  local e = expr(0)
  if kind() == "=" and e[1] == "var" then take(); e = { "set", e[2], expr(0) } end
  expect("end")
  return e
end
local env = { pi = 3, max = math.max, sqrt = math.sqrt }
local ops = {
  num = function(e) return e[2] end,
  var = function(e) return env[e[2]] or error("unknown " .. e[2], 0) end,
}
local function eval(e) return ops[e[1]](e) end
ops.neg = function(e) return -eval(e[2]) end
ops.set = function(e) env[e[2]] = eval(e[3]); return env[e[2]] end
ops.call = function(e)
  local args = {}
  for k = 3, #e do args[k - 2] = eval(e[k]) end
  return (env[e[2]] or error("unknown " .. e[2], 0))(unpack(args))
end
for op, f in pairs {
  ["+"] = function(a, b) return a + b end, ["-"] = function(a, b) return a - b end, ["*"] = function(a, b) return a * b end,
  ["/"] = function(a, b) return a / b end, ["^"] = function(a, b) return a ^ b end,
} do ops[op] = function(e) return f(eval(e[2]), eval(e[3])) end end
for _, line in ipairs { "1 + 2 * 3", "(1 + 2) * 3", "2 ^ 3 ^ 2", "-2 ^ 2", "10 - 4 - 3", "x = 5 * 2", "x * x", "max(1, x, 3) / 4", "sqrt(16) + pi",
  "1 +", "(1", "1 2", "y", "3 $ 4", "8 / 2 / 2" } do
  print(line, select(2, pcall(function() return eval(parse(line)) end)))
end

--> 1 + 2 * 3	7
--> (1 + 2) * 3	9
--> 2 ^ 3 ^ 2	512
--> -2 ^ 2	-4
--> 10 - 4 - 3	3
--> x = 5 * 2	10
--> x * x	100
--> max(1, x, 3) / 4	2.5
--> sqrt(16) + pi	7
--> 1 +	unexpected end
--> (1	expected ), got end
--> 1 2	expected end, got num
--> y	unknown y
--> 3 $ 4	bad character '$'
--> 8 / 2 / 2	2
