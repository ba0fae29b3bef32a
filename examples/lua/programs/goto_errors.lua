-- Errors about labels.
-- only: luajit
print(load("goto nowhere"))
print(load("::a:: ::a::"))
print(load("goto f; local x; ::f:: print(x)"))
print(load("do ::inner:: end goto inner"))
print(load("::a:: do ::b:: end goto b"))
print(load("repeat if x then goto c end; local y; ::c:: until y"))
print(load("function f() goto out end ::out::"))
print(load("break"))
print(load("if x then break end"))
print(load("while x do function f() break end end"))
print(type(load("goto e; local x; ::e::")))
print(type(load("do goto e; local x; ::e:: ::f:: end")))
print(type(load("goto = 1; local goto = goto")))
print(load("goto 1"))
print(load("::x"))
print(load(":: ::"))

--> nil	[string "goto nowhere"]:1: undefined label 'nowhere'
--> nil	[string "::a:: ::a::"]:1: duplicate label 'a'
--> nil	[string "goto f; local x; ::f:: print(x)"]:1: <goto f> jumps into the scope of local 'x'
--> nil	[string "do ::inner:: end goto inner"]:1: undefined label 'inner'
--> nil	[string "::a:: do ::b:: end goto b"]:1: undefined label 'b'
--> nil	[string "repeat if x then goto c end; local y; ::c:: u..."]:1: <goto c> jumps into the scope of local 'y'
--> nil	[string "function f() goto out end ::out::"]:1: undefined label 'out'
--> nil	[string "break"]:1: no loop to break
--> nil	[string "if x then break end"]:1: no loop to break
--> nil	[string "while x do function f() break end end"]:1: no loop to break
--> function
--> function
--> function
--> nil	[string "goto 1"]:1: '=' expected near '1'
--> nil	[string "::x"]:1: '::' expected near '<eof>'
--> nil	[string ":: ::"]:1: '<name>' expected near '::'
