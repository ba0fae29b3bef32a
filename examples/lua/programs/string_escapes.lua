-- Escapes in string literals.
local function bytes(s) return table.concat({ s:byte(1, -1) }, " ") end
print(bytes("\a\b\f\n\r\t\v\\\"\'"))
print(bytes("\0\00\000\1\12\123\255"))
print(bytes("\0651\65a"))
print(bytes("a\
b"))
print(bytes('it\'s "quoted"'), bytes("it's \"quoted\""))
print(#"\n\\n", "tab\tend", 'single \'', "double \"")
print("line one\nline two")
print(bytes(""), #"", #'')
print("a\\nb", "\\", '\\\'')

--> 7 8 12 10 13 9 11 92 34 39
--> 0 0 0 1 12 123 255
--> 65 49 65 97
--> 97 10 98
--> 105 116 39 115 32 34 113 117 111 116 101 100 34	105 116 39 115 32 34 113 117 111 116 101 100 34
--> 3	tab	end	single '	double "
--> line one
--> line two
--> 	0	0
--> a\nb	\	\'
