-- Errors in the head of a loop: their messages and lines.
-- only: luajit
local function t(text)
  print(pcall(assert(loadstring(text, "=x"))))
end
t("\n\nfor k in\n3\ndo end")
t("for k in nil do end")
t("for k in\n\n{} do\nend")
t("for\nk,v\nin\npairs(nil)\ndo\nend")
t("for k in setmetatable({}, {__call = function(self, s, c) error('c') end}) do end")
t("local a for k in a do end")
t("for k in a.b do end")
t("local a = {} for k in a.b do end")
t("local a = {} for k in a:b() do end")
t("for k in ('x') do end")
t("for i = 1,\n'x'\ndo end")
t("for i = {}, 2 do end")
t("for i = 1, 2, {} do end")
t("for i = 1, 2,\n nil do end")
t("for k in next, nil do end")
t("for k in next, {}, 5 do end")
t("for k in function() return 1 + {} end do end")
t("for k in coroutine.wrap(function() error('w') end) do end")
t("for k, v in ipairs() do end")
t("for k in io.lines('/nonexistent') do end")
t("for k in error do end")
t("for k in error, 'x' do end")

--> false	x:4: attempt to call a number value
--> false	x:1: attempt to call a nil value
--> false	x:3: attempt to call a table value
--> false	x:4: bad argument #1 to 'pairs' (table expected, got nil)
--> false	x:1: c
--> false	x:1: attempt to call a nil value
--> false	x:1: attempt to index global 'a' (a nil value)
--> false	x:1: attempt to call a nil value
--> false	x:1: attempt to call method 'b' (a nil value)
--> false	x:1: attempt to call a string value
--> false	x:3: 'for' limit must be a number
--> false	x:1: 'for' initial value must be a number
--> false	x:1: 'for' step must be a number
--> false	x:2: 'for' step must be a number
--> false	x:1: bad argument #1 to '(for generator)' (table expected, got nil)
--> false	invalid key to 'next'
--> false	x:1: attempt to perform arithmetic on a table value
--> false	x:1: x:1: w
--> false	x:1: bad argument #1 to 'ipairs' (value expected)
--> false	x:1: bad argument #1 to 'lines' (/nonexistent: No such file or directory)
--> false	nil
--> false	x:1: x
