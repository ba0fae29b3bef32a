-- An error without a position.
io.write("partial line\n")
error("nothing before this text", 0)

--> partial line
--! nothing before this text
