-- string.match with every pattern item.
print(("hello 123 world"):match("%d+"), ("hello"):match(".-l"), ("hello"):match(".*l"), ("hello"):match("xyz"))
print(("2024-05-17"):match("(%d+)-(%d+)-(%d+)"))
print(("  trim me  "):match("^%s*(.-)%s*$") .. "|")
print(("key=val"):match("(%w+)=(%w*)"), ("key="):match("(%w+)=(%w*)"))
print(("f(a(b)c)d"):match("%b()"), ("[[x]]"):match("%b[]"), ("no"):match("%b()"), ("((x)"):match("%b()"))
print(("THE (quick) fox"):find("%((%a+)%)"), ("THE (quick) fox"):match("%f[%a]%a+%f[%A]", 5))
print(("abc"):match("()"), ("abc"):match("b()"), ("abc"):match("((a)(b))"))
print(("aaa"):match("a-"), ("aaa"):match("a-$"), ("aaab"):match("a-b"), ("aaa"):match("a?a?a?a?"))
print(("x=1,y=2"):match("y=(%d)"), ("[test]"):match("%[(.-)%]"), ("a.b.c"):match("^(.-)%."), ("a.b.c"):match("^(.*)%."))
print(("\"quoted\" 'other'"):match("([\"'])(.-)%1"), ("aa bb"):match("(%a)%1 (%a)%2"))
print(("0x1F"):match("^0[xX](%x+)$"), ("_id9"):match("^[%a_][%w_]*$"), ("9id"):match("^[%a_][%w_]*$"))
print(("a-z"):match("[a%-z]+"), ("]"):match("[]]"), ("^"):match("[%^]"), ("a]b"):match("[^]]+"), ("-"):match("[a-]"))
print(("hello"):match("l", 4), ("hello"):match("^l", 3), ("hello"):match("(h)(e)(l)(l)(o)"))
print(("\1\2"):match("%c+") == "\1\2", ("a,b"):match("%p"), ("\t x"):match("%s+") == "\t ", ("aB1"):match("%l%u%d"))
print(("äö"):match("[\128-\255]+") == "äö", ("x"):match("[^%s%d]"))

--> 123	hel	hell	nil
--> 2024	05	17
--> trim me|
--> key	key	
--> (a(b)c)	[[x]]	nil	(x)
--> 5	quick
--> 1	3	ab	a	b
--> 	aaa	aaab	aaa
--> 2	test	a	a.b
--> "	a	b
--> 1F	_id9	nil
--> a-z	]	^	a	-
--> l	l	h	e	l	l	o
--> true	,	true	aB1
--> true	x
