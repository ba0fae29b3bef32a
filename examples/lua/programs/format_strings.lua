-- string.format: %s, %q and mixtures.
print(("%s %s %s"):format("a", 1, 2.5), ("%10s|%-10s|%.2s|%5.1s|"):format("abc", "abc", "abc", "abc"))
print(("%q"):format('he said "hi"\n\\ end'))
print(("%%"):format(), ("100%%"):format(), ("%s%%%s"):format(1, 2), ("plain"):format())
print(("%s"):format(("x"):rep(200)) == ("x"):rep(200), #("%s"):format(("y"):rep(1000)))
print(("%s=%d;"):rep(2):format("a", 1, "b", 2))
print(("%-5s%5s|"):format("ab", "cd"), ("%s"):format(""))
print(("[%5s][%-5s]"):format("toolong", "toolong"))
print(loadstring("return " .. ("%q"):format("line\nline2\\ \"q\" \0 end"))() == "line\nline2\\ \"q\" \0 end")

--> a 1 2.5	       abc|abc       |ab|    a|
--> "he said \"hi\"\
--> \\ end"
--> %	100%	1%2	plain
--> true	1000
--> a=1;b=2;
--> ab      cd|	
--> [toolong][toolong]
--> true
