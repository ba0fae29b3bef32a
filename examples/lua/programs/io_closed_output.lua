-- The default output, closed twice.
-- except: windows: there is no `/dev/null`
io.output("/dev/null") io.close()
print(select(2, pcall(io.close)))

--> attempt to use a closed file
