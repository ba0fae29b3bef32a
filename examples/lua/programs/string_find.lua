-- string.find, plain and with patterns.
print(("hello world"):find("wor"), ("hello world"):find("o"), ("hello world"):find("o", 6))
print(("hello"):find("l+"), ("hello"):find("xyz"), ("hello"):find(""), ("hello"):find("", 6), ("hello"):find("", 7))
print(("a.b"):find(".", 1, true), ("a.b"):find(".", 2), ("a+b"):find("+", 1, true), ("a%b"):find("%", 1, true))
print(("hello"):find("l", -2), ("hello"):find("l", -100), ("hello"):find("h", 2))
print(("key = value"):find("(%w+)%s*=%s*(%w+)"))
print(("abc"):find("()b()"))
print(("a\0b"):find("\0"), ("a\0b"):find("%z"), ("a\0bc"):find("b"))
print(("abc"):find("^b"), ("abc"):find("^a"), ("abc"):find("c$"), ("abc"):find("b$"), ("a$c"):find("$c"))
print((""):find(""), (""):find("a"), (""):find("^$"))
print(("aXb"):find("%u"), ("x"):find("x", 1, false), ("[x]"):find("[", 1, true))
print(("abcabc"):find("c", 4), ("abc"):find("abcd"), ("abc"):find("abc"))
print(("a^b"):find("a^b"), ("a-b"):find("a-b"), ("a-b"):find("a%-b"))

--> 7	5	8	8
--> 3	nil	1	6	6	5
--> 2	2	2	2	2
--> 4	3	nil
--> 1	11	key	value
--> 2	2	2	3
--> 2	2	3	3
--> nil	1	3	nil	2	3
--> 1	nil	1	0
--> 2	1	1	1
--> 6	nil	1	3
--> 1	3	1	3
