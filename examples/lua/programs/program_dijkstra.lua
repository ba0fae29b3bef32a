-- Shortest paths and a topological order.
local graph = {
  a = { b = 7, c = 9, f = 14 }, b = { a = 7, c = 10, d = 15 }, c = { a = 9, b = 10, d = 11, f = 2 },
  d = { b = 15, c = 11, e = 6 }, e = { d = 6, f = 9 }, f = { a = 14, c = 2, e = 9 },
}
local function dijkstra(from)
  local dist, prev, done = { [from] = 0 }, {}, {}
  while true do
    local best
    for node, d in pairs(dist) do
      if not done[node] and (not best or d < dist[best] or d == dist[best] and node < best) then best = node end
    end
    if not best then return dist, prev end
    done[best] = true
    for to, w in pairs(graph[best]) do
      local d = dist[best] + w
      if not dist[to] or d < dist[to] then dist[to], prev[to] = d, best end
    end
  end
end
local dist, prev = dijkstra("a")
for _, node in ipairs { "a", "b", "c", "d", "e", "f" } do
  local path, at = {}, node
  while at do table.insert(path, 1, at); at = prev[at] end
  print(node, dist[node], table.concat(path, " "))
end
local deps = { shoes = { "socks", "pants" }, pants = { "underwear" }, socks = {}, underwear = {}, belt = { "pants" } }
local order, state = {}, {}
local function visit(n)
  if state[n] == "done" then return end
  assert(state[n] ~= "open", "cycle at " .. n)
  state[n] = "open"
  for _, d in ipairs(deps[n]) do visit(d) end
  state[n] = "done"
  order[#order + 1] = n
end
local names = {}
for n in pairs(deps) do names[#names + 1] = n end
table.sort(names)
for _, n in ipairs(names) do visit(n) end
print(table.concat(order, " "))
deps.socks = { "shoes" }
order, state = {}, {}
print(select(2, pcall(visit, "shoes")):gsub("^.-: ", ""))

--> a	0	a
--> b	7	a b
--> c	9	a c
--> d	20	a c d
--> e	20	a c f e
--> f	11	a c f
--> underwear pants belt socks shoes
--> cycle at shoes	1
