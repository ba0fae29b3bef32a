//! A seed → a program that tries to run forever, to use much memory, or to survive a stop.

use mimeo_twins::Random;

/// Statements that take long, or forever. `N` stands for a number.
const HARM: &[&str] = &[
    "while true do end",
    "repeat until false",
    "for i = 1, 1e18 do end",
    "::again:: goto again",
    "local function f() return f() end f()",
    "local function f() return 1 + f() end f()",
    "local function f(n) if n > 0 then f(n - 1) f(n - 1) end end f(60)",
    "local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) return t[1]",
    "local t = {} t.t = t setmetatable(t, {__add = function(a, b) return a + b end}) return t + t",
    "local s = ('a'):rep(N) s:find(('a*'):rep(10) .. 'b')",
    "local s = ('a'):rep(N) s:match('(a-)(a-)(a-)(a-)%1%2b')",
    "local s = ('('):rep(N) for i = 1, N do s:find('%b()', i) end",
    "local s = ('x y '):rep(N) while true do s:gsub('%w+', '%0%0') end",
    "local s = ('x y '):rep(N) while true do s:gsub('%f[%w].', function(c) return c:upper() end) end",
    "for a in (('x'):rep(N)):gmatch('.-') do for b in (('x'):rep(N)):gmatch('.-') do end end",
    "while true do ('x'):rep(N * 100) end",
    "while true do ('xyz'):rep(N, ', ') end",
    "local s = ('x'):rep(N * 50) while true do s:sub(2):upper():reverse() end",
    "local s = 'x' while true do s = s .. s end",
    "local s = 'x' while true do pcall(function() s = s .. s end) end",
    "local t = {} for i = 1, N do t[i] = (i * 7919) % 10007 end while true do table.sort(t, function(a, b) return a > b end) end",
    "local t = {} for i = 1, N do t[i] = ('k'):rep(50) .. i % 13 end while true do table.sort(t) end",
    "table.sort({1, 2, 3, 4, 5}, function() while true do end end)",
    "local t = {} for i = 1, N do t[i] = i end while true do table.concat(t, ', ') end",
    "local t = {} for i = 1, N do t[i] = i end while true do table.insert(t, 1, 0) table.remove(t, 1) end",
    "local t = {} for i = 1, N do t[i] = i end while true do unpack(t, 1, math.min(N, 50000)) end",
    "local t = {} for i = 1, N do t['k' .. i] = i end while true do for k in pairs(t) do end end",
    "local t = {} for i = 1, N do t[i] = true end for i = 1, N do t[i] = nil end while true do next(t) end",
    "local t = {} for i = 1, 50 do t[i] = 1e300 end while true do ('%99.99f'):rep(50):format(unpack(t)) end",
    "while true do string.format('%q', ('\\n'):rep(N)) end",
    "local s = ('x = 1 '):rep(N) while true do load(s) end",
    "local s = 'return {' .. ('1,'):rep(N) .. '}' while true do loadstring(s)() end",
    "local s = ('('):rep(150) .. '1' .. (')'):rep(150) while true do load('return ' .. s) end",
    "while true do load(function() return ' ' end) end",
    "load(function() while true do end end)",
    "local f = load(('x = 1 '):rep(N)) while true do string.dump(f) end",
    "while true do coroutine.wrap(function() coroutine.yield() end)() end",
    "local all = {} while true do local c = coroutine.create(function() coroutine.yield() end) coroutine.resume(c) \
     all[#all % 5000 + 1] = c end",
    "local function nest() return coroutine.wrap(nest)() end nest()",
    "local c = coroutine.wrap(function() while true do coroutine.yield(1) end end) while true do c() end",
    "coroutine.wrap(function() while true do end end)()",
    "while true do tostring(setmetatable({}, {__tostring = function() while true do end end})) end",
    "error(setmetatable({}, {__tostring = function() while true do end end}))",
    "local p = newproxy(true) getmetatable(p).__gc = function() while true do end end p = nil collectgarbage()",
    "while true do local p = newproxy(true) getmetatable(p).__gc = function() for i = 1, 1e9 do end end end",
    "while true do collectgarbage() end",
    "while true do local t = {} for i = 1, 100 do t[i] = {} end end",
    "local t = {} for i = 1, N do t[i] = {i} end while true do t[math.random(N)] = {} end",
    "local t = {} for i = 1, N * 5 do t[-i] = i end",
    "local function f(...) return select('#', ...) > 30000 and 0 or f(1, 2, 3, ...) end while true do f() end",
    "setmetatable(_G, {__index = function(t, k) return t[k .. 'x'] end}) return undefined",
    "local f = function() end for i = 1, N do local g = f f = function() return g() end end while true do f() end",
    "local s = ('ab'):rep(N) while s < s .. 'a' do end",
    "local a, b = ('ab'):rep(N), ('ab'):rep(N) while a == b do end",
    "for w in (('a'):rep(N) .. ' '):rep(20):gmatch('%a+') do _G[w] = w end while true do end",
    "while true do tonumber(('9'):rep(N)) end",
    "local t = {} while true do t[#t + 1] = {} end",
    "local t = {} for i = 1, 1e9 do t[i] = i end",
    "local t = {} while true do t[#t + 1] = coroutine.wrap(function() coroutine.yield() end) t[#t]() end",
    "while true do _G[#_G + 1] = ('x'):rep(1e6) end",
    "while true do _G[#_G + 1] = loadstring('return ' .. ('{1},'):rep(N):sub(1, -2)) end",
    "while true do ('x'):rep(N):reverse():upper():lower():byte(1, 5000) end",
];

/// Programs around a body `BODY`, most of which try to go on after it was stopped.
const WRAPPERS: &[&str] = &[
    "BODY",
    "BODY",
    "while true do pcall(function() BODY end) end",
    "pcall(pcall, function() BODY end) while true do end",
    "xpcall(function() BODY end, function(e) while true do end end)",
    "while true do xpcall(function() BODY end, function(e) return e end) end",
    "xpcall(error, function() BODY end)",
    "while true do coroutine.resume(coroutine.create(function() BODY end)) end",
    "local c = coroutine.wrap(function() pcall(function() BODY end) while true do end end) pcall(c) pcall(c) while true do end",
    "pcall(coroutine.wrap(function() coroutine.yield(pcall(function() BODY end)) end))",
    "setmetatable({}, {__index = function() BODY end}).x = nil return setmetatable({}, {__index = function() BODY end}).x",
    "table.sort({3, 2, 1}, function() BODY end)",
    "local _ = ('abc'):gsub('.', function() BODY end)",
    "for _ in function() BODY end do end",
    "return tostring(setmetatable({}, {__tostring = function() BODY end}))",
    "load(function() BODY end)",
    "local p = newproxy(true) getmetatable(p).__gc = function() BODY end p = nil collectgarbage() BODY",
    "setmetatable(_G, {__newindex = function() BODY end}) x = 1",
    "host(function() BODY end)",
    "while true do pcall(host, function() BODY end) end",
    "pcall(swallow, function() BODY end) while true do swallow(function() BODY end) end",
];

/// Returns a program.
pub fn program(seed: u64) -> String {
    let mut random = Random::new(seed);
    let sizes = ["10", "1000", "20000", "100000"];
    let mut program = random.pick(HARM).replace('N', random.pick(&sizes));
    for _ in 0..random.below(4) {
        // `return` must be the last statement.
        program = random.pick(WRAPPERS).replace("BODY", &format!("do {program} end"));
    }
    program
}
