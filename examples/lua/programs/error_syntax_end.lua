-- The message for an unclosed block contains the line where it starts.
local function f()
  if true then
    print("x")
end

--! error_syntax_end.lua:8: 'end' expected (to close 'function' at line 2) near '<eof>'
