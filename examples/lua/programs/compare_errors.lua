-- Values that cannot be ordered.
local function try(f, ...) print(select(2, pcall(f, ...))) end
local function lt(a, b) return a < b end
local function le(a, b) return a <= b end
local function gt(a, b) return a > b end
local function ge(a, b) return a >= b end
try(lt, 1, "1")
try(lt, "1", 1)
try(le, {}, {})
try(lt, nil, nil)
try(lt, 1, nil)
try(lt, nil, 1)
try(le, true, false)
try(gt, print, 1)
try(gt, 1, {})
try(ge, {}, "x")
try(lt, coroutine.create(function() end), 1)
try(lt, lt, le)
try(function() local t = {}; if t.x < 3 then print("no") end end)
try(function() for i = 1, 3 do if i > "2" then return end end end)

--> compare_errors.lua:3: attempt to compare number with string
--> compare_errors.lua:3: attempt to compare string with number
--> compare_errors.lua:4: attempt to compare two table values
--> compare_errors.lua:3: attempt to compare two nil values
--> compare_errors.lua:3: attempt to compare number with nil
--> compare_errors.lua:3: attempt to compare nil with number
--> compare_errors.lua:4: attempt to compare two boolean values
--> compare_errors.lua:5: attempt to compare number with function
--> compare_errors.lua:5: attempt to compare table with number
--> compare_errors.lua:6: attempt to compare string with table
--> compare_errors.lua:3: attempt to compare thread with number
--> compare_errors.lua:3: attempt to compare two function values
--> compare_errors.lua:19: attempt to compare nil with number
--> compare_errors.lua:20: attempt to compare string with number
