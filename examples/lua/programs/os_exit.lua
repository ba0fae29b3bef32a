-- os.exit ends the program immediately.
print("before")
io.write("partial ", "line\n")
io.stdout:flush()
os.exit(0)
print("never")

--> before
--> partial line
