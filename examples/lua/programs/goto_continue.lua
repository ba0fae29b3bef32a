-- `goto` as continue, break out of nested loops, and redo.
-- only: luajit
for i = 1, 5 do
  if i % 2 == 0 then goto continue end
  io.write(i, " ")
  ::continue::
end
print()
for i = 1, 3 do
  for j = 1, 3 do
    if i * j == 4 then print("found", i, j) goto done end
  end
end
::done::
local tries = 0
do
  ::again::
  tries = tries + 1
  if tries < 3 then goto again end
end
print(tries)
local i = 1
while i <= 4 do
  if i == 3 then i = i + 1 goto next end
  io.write("w", i, " ")
  i = i + 1
  ::next::
end
print()
i = 0
repeat
  i = i + 1
  if i < 3 then goto cont end
  io.write("r", i, " ")
  ::cont::
until i >= 5
print()
goto skip
print("never")
::skip::
print("end")

--> 1 3 5 
--> found	2	2
--> 3
--> w1 w2 w4 
--> r3 r4 r5 
--> end
