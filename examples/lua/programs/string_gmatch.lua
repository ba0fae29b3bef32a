-- string.gmatch: words, pairs, captures, empty matches.
for w in ("one two  three"):gmatch("%a+") do io.write("<", w, ">") end print()
for k, v in ("a=1, b=2, c=3"):gmatch("(%w+)=(%w+)") do io.write(k, ":", v, " ") end print()
for c in ("abc"):gmatch("") do io.write("[", c, "]") end print()
for c in ("abc"):gmatch(".") do io.write(c, "-") end print()
for p in ("abc"):gmatch("()") do io.write(p, " ") end print()
for a, b in ("k1=v1;k2=v2"):gmatch("(%w+)=(%w+)") do io.write(a, b, ".") end print()
local t = {}
for field in ("a,,b,c,"):gmatch("([^,]*)") do t[#t + 1] = "'" .. field .. "'" end
print(table.concat(t, " "))
for l in ("x\ny\nz"):gmatch("[^\n]*") do io.write(#l, " ") end print()
for m in ("none"):gmatch("%d") do io.write("never") end print("-")
local iter = ("a b"):gmatch("%a")
print(iter(), iter(), iter())
local n = 0
for _ in ("aaaa"):gmatch("a-") do n = n + 1 end
print(n)
local counts = {}
for w in ("the cat the dog the end"):gmatch("%w+") do counts[w] = (counts[w] or 0) + 1 end
print(counts.the, counts.cat, counts.zzz)

--> <one><two><three>
--> a:1 b:2 c:3 
--> [][][][]
--> a-b-c-
--> 1 2 3 4 
--> k1v1.k2v2.
--> 'a' '' '' 'b' '' 'c' '' ''
--> 1 0 1 0 1 0 
--> -
--> a	b
--> 5
--> 3	1	nil
