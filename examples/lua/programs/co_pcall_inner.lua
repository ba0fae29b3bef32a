-- Errors that are caught between resumes, without a yield across them.
local function worker(jobs)
  return coroutine.create(function()
    for _, job in ipairs(jobs) do
      local ok, r = pcall(job)
      coroutine.yield(ok, r)
    end
    return "finished"
  end)
end
local w = worker {
  function() return 1 end,
  function() error("second", 0) end,
  function() error({ third = true }) end,
  function() local c = coroutine.wrap(function() error({ inner = true }) end); return c() end,
  function() return coroutine.resume(coroutine.create(function() error("x", 0) end)) end,
}
while true do
  local ok, a, b = coroutine.resume(w)
  print(ok, a, type(b) == "table" and "table" or b)
  if coroutine.status(w) == "dead" then break end
end

--> true	true	1
--> true	false	second
--> true	false	table
--> true	false	table
--> true	true	false
--> true	finished	nil
