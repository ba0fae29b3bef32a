-- string.format: %s of values other than strings.
-- only: luajit
print(("%s %s %s"):format(nil, true, false), (("%s"):format({}):gsub("0x%x+", "ADDR")))
print(("%s"):format(setmetatable({}, { __tostring = function() return "custom" end })))
print(("%10s|"):format(nil), ("%q"):format("a\rb\0c\0001"))
print(("%q"):format("\1\2\127"))

--> nil true false	table: ADDR
--> custom
-->        nil|	"a\13b\0c\0001"
--> "\1\2\127"
