-- Malformed patterns and replacements.
local function try(...) print(select(2, pcall(...))) end
try(string.find, "a", "[")
try(string.find, "a", "[a")
try(string.find, "a", "[]")
try(string.find, "a", "[^]")
try(string.find, "a", "[a%")
try(string.find, "a", "%")
try(string.find, "a", "(")
try(string.find, "a", "(a")
try(string.find, "a", ")")
try(string.find, "a", "a)")
try(string.find, "a", "%1")
try(string.find, "a", "(a)%2")
try(string.find, "a", "(a%1)")
try(string.find, "a", "%b")
try(string.find, "a", "%bx")
try(string.find, "a", "%f")
try(string.find, "a", "%fa")
try(string.gsub, "a", "a", "%2")
try(string.gsub, "a", "(a)", "%1%2")
try(string.gsub, "a", "a", {})
try(string.gsub, "a", "a", function() return {} end)
try(string.gsub, "a", "a", { a = {} })
try(string.gsub, "a", "a", function() return true end)
try(string.gsub, "a", "a")
try(string.gsub, "a", "a", nil)
try(string.gsub, "a", "a", true)
try(string.find, "a", ("(a)"):rep(33))
try(string.rep)
try(string.find, "a")
try(string.find, "a", {})

--> malformed pattern (missing ']')
--> malformed pattern (missing ']')
--> malformed pattern (missing ']')
--> malformed pattern (missing ']')
--> malformed pattern (missing ']')
--> malformed pattern (ends with '%')
--> unfinished capture
--> unfinished capture
--> nil
--> nil
--> invalid capture index
--> invalid capture index
--> invalid capture index
--> unbalanced pattern
--> unbalanced pattern
--> missing '[' after '%f' in pattern
--> missing '[' after '%f' in pattern
--> invalid capture index
--> invalid capture index
--> a	1
--> invalid replacement value (a table)
--> invalid replacement value (a table)
--> invalid replacement value (a boolean)
--> bad argument #3 to '?' (string/function/table expected)
--> bad argument #3 to '?' (string/function/table expected)
--> bad argument #3 to '?' (string/function/table expected)
--> nil
--> bad argument #1 to '?' (string expected, got no value)
--> bad argument #2 to '?' (string expected, got no value)
--> bad argument #2 to '?' (string expected, got table)
