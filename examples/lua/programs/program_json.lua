-- A JSON writer and reader.
local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t" }
local function encode(v)
  local t = type(v)
  if t == "table" then
    local parts = {}
    if #v > 0 or next(v) == nil then
      for i, x in ipairs(v) do parts[i] = encode(x) end
      return "[" .. table.concat(parts, ",") .. "]"
    end
    local keys = {}
    for k in pairs(v) do keys[#keys + 1] = k end
    table.sort(keys)
    for i, k in ipairs(keys) do parts[i] = encode(k) .. ":" .. encode(v[k]) end
    return "{" .. table.concat(parts, ",") .. "}"
  elseif t == "string" then
    return '"' .. v:gsub('["\\\n\t]', escapes) .. '"'
  end
  return tostring(v)
end
local function decode(s)
  local pos = 1
  local value
  local function fail(what) error(("expected %s at %d"):format(what, pos), 0) end
  local function space() pos = s:match("^%s*()", pos) end
  local function eat(c) space() if s:sub(pos, pos) ~= c then fail("'" .. c .. "'") end pos = pos + 1 end
  local function peek() space() return s:sub(pos, pos) end
  local function str()
    eat('"')
    local out = {}
    while true do
      local run, stop = s:match('^([^"\\]*)(["\\])', pos)
      if not run then fail("end of string") end
      out[#out + 1] = run
      pos = pos + #run + 1
      if stop == '"' then return table.concat(out) end
      local c = s:sub(pos, pos)
      out[#out + 1] = c == "n" and "\n" or c == "t" and "\t" or c
      pos = pos + 1
    end
  end
  function value()
    local c = peek()
    if c == "{" then
      local t = {}
      eat("{")
      if peek() ~= "}" then
        repeat
          space()
          local k = str()
          eat(":")
          t[k] = value()
          local more = peek() == ","
          if more then eat(",") end
        until not more
      end
      eat("}")
      return t
    elseif c == "[" then
      local t = {}
      eat("[")
      if peek() ~= "]" then
        repeat
          t[#t + 1] = value()
          local more = peek() == ","
          if more then eat(",") end
        until not more
      end
      eat("]")
      return t
    elseif c == '"' then return str()
    end
    for word, v in pairs { ["true"] = true, ["false"] = false } do
      if s:sub(pos, pos + #word - 1) == word then pos = pos + #word; return v end
    end
    local n, stop = s:match("^(-?%d+%.?%d*[eE]?[+-]?%d*)()", pos)
    if not n then fail("a value") end
    pos = stop
    return tonumber(n)
  end
  local v = value()
  space()
  if pos <= #s then fail("the end") end
  return v
end
local text = '{"name": "x\\ny", "list": [1, 2.5, -3e2, [], {}], "nested": {"a": {"b": [true, false]}}, "q": "say \\"hi\\""}'
local t = decode(text)
print(encode(t))
print(encode(decode(encode(t))) == encode(t))
print(t.name, t.list[3], t.nested.a.b[1], #t.list)
for _, bad in ipairs { "", "[1,", '{"a" 1}', "[1] x", '"abc', "nul" } do print(pcall(decode, bad)) end

--> {"list":[1,2.5,-300,[],[]],"name":"x\ny","nested":{"a":{"b":[true,false]}},"q":"say \"hi\""}
--> true
--> x
--> y	-300	true	5
--> false	expected a value at 1
--> false	expected a value at 4
--> false	expected ':' at 6
--> false	expected the end at 5
--> false	expected end of string at 2
--> false	expected a value at 1
