//! Programs that need more memory than they may have, in every mode: they get an error, and the machine stays usable.

use lua::{Lua, Options};
use mimeo::MemoryKind;
use mimeo_corpus::{Mode, runner};

use crate::configuration::Configuration;
use crate::machine::run;

/// A limit of 8 MiB, with which the tests are fast.
const LIMIT: usize = 8 << 20;

/// The beginning of every program: `refused(f, …)` checks that a call runs out of memory, and that there is memory again
/// when what it has made is garbage.
const REFUSED: &str = r#"
    local function refused(f, ...)
        local ok, message = pcall(f, ...)
        assert(not ok and message == "not enough memory", tostring(message):sub(1, 200))
        collectgarbage()
        -- The places of fibers stay.
        assert(collectgarbage("count") < 3000, collectgarbage("count"))
        assert(#("x"):rep(1000000) == 1000000)
    end
"#;

/// The programs.
const PROGRAMS: &[(&str, &str)] = &[
    ("rep", r#"refused(string.rep, "x", 1e9) refused(string.rep, "abc", 4e6, ",")"#),
    ("list", "refused(function() local t for i = 1, 1e8 do t = {t} end end)"),
    (
        "the next allocation",
        r#"
            for _ = 1, 5 do
                local ok = pcall(function()
                    getmetatable(newproxy(true)).__gc = function() end
                    local large = {} for i = 1, 1e7 do large[i] = {i} end
                end)
                -- Where what the function has left in the stack is still there.
                local t = {}
                assert(not ok and xpcall(function() local large = {} for i = 1, 1e7 do large[i] = {i} end end, type) == false)
                t = {}
            end
            -- A frame with many slots.
            math.max(1, 2, 3, 4, 5, 6)
        "#,
    ),
    ("array", "refused(function() local t = {} for i = 1, 1e8 do t[i] = i end end)"),
    ("array of inserts", "refused(function() local t = {} while true do table.insert(t, 1) end end)"),
    ("keys", "refused(function() local t = {} for i = 1, 1e8 do t[i + 0.5] = i end end)"),
    ("names", r#"refused(function() local t = {} for i = 1, 1e8 do t["name" .. i] = i end end)"#),
    ("rawset", "refused(function() local t = {} for i = 1, 1e8 do rawset(t, i, i) end end)"),
    ("constructor", "local function f(...) return f({...}, ...) end refused(f)"),
    ("closures", "refused(function() local f for i = 1, 1e8 do local g = f f = function() return g end end end)"),
    ("concatenation", r#"refused(function() local s = "x" while true do s = s .. s end end)"#),
    ("appending", r#"refused(function() local s = "x" while true do s = s .. ("y"):rep(1000) end end)"#),
    (
        "metamethods of a concatenation",
        r#"
            local m = setmetatable({}, {__concat = function(a, b) return ("x"):rep(3e6) .. tostring(b):sub(1, 10) end})
            refused(function() return ("x"):rep(3e6) .. m .. ("y"):rep(1e6) end)
        "#,
    ),
    (
        "long strings",
        r#"
            refused(function() local t = {} for i = 1, 100 do t[i] = ("x"):rep(1e6):upper() end end)
            refused(function() local t = {} for i = 1, 100 do t[i] = ("x"):rep(1e6):sub(2) end end)
            local s = ("x"):rep(1e6)
            refused(string.format, "%s%s%s%s%s%s%s%s%s%s", s, s, s, s, s, s, s, s, s, s)
            local t = {} for i = 1, 20 do t[i] = s end
            refused(table.concat, t)
            refused(table.concat, t, s)
        "#,
    ),
    (
        "replacements",
        r#"
            local s = ("x"):rep(1e5)
            refused(string.gsub, s, ".", ("y"):rep(100))
            refused(string.gsub, s, ".", function() return ("y"):rep(100) end)
            refused(string.gsub, s, ".", {x = ("y"):rep(100)})
        "#,
    ),
    ("captures", r#"refused(string.match, ("x"):rep(1e6), ("("):rep(10) .. ".*" .. (")"):rep(10))"#),
    (
        "source",
        r#"local f, message = load("return {" .. ("1,"):rep(1e6) .. "}") assert(not f and message == "not enough memory")"#,
    ),
    (
        "reader",
        r#"
            local f, message = load(function() return ("-- x\n"):rep(1000) end)
            assert(not f and message == "not enough memory", message)
        "#,
    ),
    (
        "chunks",
        r#"refused(function() local t = {} for i = 1, 1e5 do local f, m = load("return function() end") if not f then error(m, 0) end t[i] = f end end)"#,
    ),
    (
        "recursion",
        r#"
            local function f(n) return 1 + f(n + 1) end
            refused(f, 1)
            local t = setmetatable({}, {__index = function(t, k) return t[k + 1] + 1 end})
            refused(function() return t[1] end)
            refused(f, 1)
        "#,
    ),
    (
        "recursion after garbage",
        r#"
            collectgarbage("stop")
            -- Leaves little more memory than the heap leaves to stacks, and much garbage.
            local function fill()
                local function text() return ("x"):rep(20000) end
                local full, count = 0, collectgarbage("count")
                while count >= full do full = count text() count = collectgarbage("count") end
                while collectgarbage("count") < full - 50 do text() end
            end
            local function deep(n, ...) if n == 0 then return ... end return (deep(n - 1, ...)) end

            fill()
            assert(deep(12000, "a" .. 1, {}, {}) == "a1")
            local chain = setmetatable({}, {__index = function(t, k) return k == 0 and "b" or t[k - 1] end})
            fill()
            assert(chain[8000] == "b")
            fill()
            local t = {2, 1}
            table.sort(t, function(a, b) return deep(12000, a) < b end)
            assert(t[1] == 1)
            fill()
            local co = coroutine.wrap(function(...) coroutine.yield() return deep(12000, ...) end)
            co("c" .. 1, {})
            fill()
            assert(co() == "c1")

            -- A tail call for which the frame is too small, by a function that nothing refers to any more.
            local names = {}
            for i = 1, 190 do names[i] = "a" .. i end
            local large = assert(load("local x, y = ... local " .. table.concat(names, ",") .. " = x, y return a1[1] .. a2"))
            local function bottom(n, ...)
                if n > 0 then return (bottom(n - 1, ...)) end
                fill()
                return assert(load("local f, x, y = ... return f(x, y)"))(...)
            end
            for n = 150, 260, 5 do
                assert(coroutine.wrap(bottom)(n, large, {"d" .. n}, "e" .. n) == "d" .. n .. "e" .. n)
            end

            -- More arguments than the frame of their function has slots.
            local function count(...) return select('#', ...), (select(-1, ...)) end
            local function many(n) local t = {} for i = 1, n do t[i] = {i} end return t end
            for n = 1000, 7000, 1500 do
                local passed, last = coroutine.wrap(function(t)
                    fill()
                    return count(unpack(t))
                end)(many(n))
                assert(passed == n and last[1] == n)
            end
            collectgarbage("restart")
        "#,
    ),
    (
        "coroutines",
        r#"
            local function suspended()
                local co = coroutine.create(function() coroutine.yield(1) end)
                local ok, value = coroutine.resume(co)
                if not ok then error(value, 0) end
                return co
            end
            refused(function() local t = {} for i = 1, 1e6 do t[i] = suspended() end end)
            for i = 1, 100000 do suspended() end
            collectgarbage()
            local before = collectgarbage("count")
            local t = {} for i = 1, 1000 do t[i] = suspended() end
            collectgarbage()
            assert(collectgarbage("count") > before + 500)
        "#,
    ),
    (
        "recursion in a coroutine",
        r#"
            refused(function()
                local function f(n) return 1 + f(n + 1) end
                error(select(2, coroutine.resume(coroutine.create(f), 1)), 0)
            end)
        "#,
    ),
    (
        "a coroutine in a coroutine",
        r#"
            refused(function()
                local co = coroutine.create(function()
                    local inner = coroutine.create(function() local t = {} for i = 1, 1e8 do t[i] = {} end end)
                    error(select(2, coroutine.resume(inner)), 0)
                end)
                error(select(2, coroutine.resume(co)), 0)
            end)
        "#,
    ),
    (
        "callbacks",
        r#"
            local function bomb() local t = {} for i = 1, 1e8 do t[i] = i end end
            refused(table.sort, {3, 2, 1}, bomb)
            refused(function() return setmetatable({}, {__index = bomb}).x end)
            refused(function() return tostring(setmetatable({}, {__tostring = bomb})) end)
            refused(table.foreach, {1}, function() table.sort({3, 2, 1}, function() ("x"):gsub("x", bomb) end) end)
        "#,
    ),
    (
        "handlers",
        r#"
            local ok, message = xpcall(string.rep, function(m) return "handled " .. m end, "x", 1e9)
            assert(not ok and message == "handled not enough memory")
            local ok, message = xpcall(string.rep, function(m) return ("x"):rep(1e9) end, "x", 1e9)
            assert(not ok and type(message) == "string")
        "#,
    ),
    (
        "finalisers",
        r#"
            local finalised = 0
            for i = 1, 20000 do getmetatable(newproxy(true)).__gc = function() finalised = finalised + 1 end end
            assert(finalised > 1000)
            refused(function() local t = {} for i = 1, 1e8 do t[i] = newproxy() end end)
        "#,
    ),
    (
        "garbage",
        r#"for i = 1, 100000 do local t = {i, {x = i}} end for i = 1, 100 do local s = ("x"):rep(1e6) .. i end"#,
    ),
    (
        "a stopped collector",
        r#"collectgarbage("stop") for i = 1, 200000 do local t = {i, {i}} end collectgarbage("restart")"#,
    ),
];

fn check(configurations: impl IntoIterator<Item = Configuration>) {
    let configurations: Vec<_> = configurations.into_iter().collect();
    let runs: Vec<_> = configurations
        .iter()
        .flat_map(|configuration| PROGRAMS.iter().map(move |program| (configuration, program)))
        .collect();
    let results = runner::for_each(&runs, |(configuration, (name, program))| {
        let source = format!("{REFUSED}{program} print 'done'");
        let (behaviour, _) = run(configuration, source.as_bytes(), "=program", &[]);
        let output = String::from_utf8_lossy(&behaviour.output).into_owned();
        let is_right = output == "done\n" && behaviour.error.is_none();
        (!is_right).then(|| format!("{name}, {configuration}: {output}{:?}", behaviour.error))
    });
    let wrong: Vec<String> = results.into_iter().filter_map(|result| result.unwrap_or_else(Some)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn programs_run_out_of_memory_in_the_interpreter() {
    check([Configuration::from(Mode::interpreter()).limited(LIMIT)]);
}

#[test]
#[cfg(feature = "jit")]
fn programs_run_out_of_memory_in_native_code() {
    let modes = [Mode::on()].into_iter().chain(Mode::tier_up());
    check(modes.map(|mode| Configuration::from(mode).limited(LIMIT)));
}

#[test]
#[cfg(feature = "jit")]
fn programs_run_out_of_memory_where_every_op_leaves_native_code() {
    check([Configuration::from(Mode::deopt_everywhere()).limited(LIMIT)]);
}

#[test]
fn programs_run_out_of_memory_on_moving_stacks() {
    check([Configuration::from(Mode::interpreter()).limited(LIMIT).moving_stacks()]);
}

/// Uses every kind of allocation. Its result shows that it did what it should.
const EVERYTHING: &str = r#"
    local list, names, sum = {}, {}, 0
    for i = 1, 300 do list[i] = {i, x = i, [i * 7.5] = true} names["name" .. i] = list[i] end
    local function pack(...) return {...} end
    local packed = pack(unpack(list, 1, 200))
    for i = 1, 20 do
        local co = coroutine.wrap(function(a) while true do a = coroutine.yield(a + 1) end end)
        sum = sum + co(i) + co(i)
    end
    local text = ("x"):rep(70000) .. "y" .. ("z"):rep(70000)
    text = text .. "more" .. text:upper():sub(1, 5000)
    local swapped = text:gsub("[yz]+", function(s) return s:sub(1, 3) end)
    local joined = table.concat({text, swapped, 1, 2}, ",")
    local function deep(n) return n == 0 and 0 or 1 + deep(n - 1) end
    sum = sum + deep(3000)
    local chunk = assert(load("local a, b = ... return function() return a + b end"))
    sum = sum + chunk(1, 2)()
    local proxy = setmetatable({}, {__index = function(t, k) return k .. "!" end, __concat = function() return "c" end})
    table.sort(list, function(a, b) return a[1] > b[1] end)
    local ok, message = pcall(error, {})
    return sum, #packed, #text, #swapped, #joined, proxy.key, proxy .. "x", list[1][1], ok, type(message),
        string.format("%s %d", text:sub(1, 3), 7)
"#;

/// Runs [`EVERYTHING`] under limits that make each allocation the refused one.
fn refuse_in_turn(mode: Mode) {
    runner::with_stack(|| {
        let mut lua = Lua::new(Options { jit: mode.jit, stdin: Box::new(std::io::empty()), ..Options::default() });
        // SAFETY: no values are passed to the machine.
        let memory = unsafe { lua.machine() }.memory().clone();
        let function = lua.load(EVERYTHING, "=everything").expect("it compiles");
        let expected = lua.call(&function, &[]).expect("there is no limit");
        lua.scope().collect();
        // SAFETY: as above.
        unsafe { lua.machine() }.vm_mut().shrink_stack();
        let (mut refused, mut more) = (0, 0);
        loop {
            let start = memory.used();
            memory.set_limit(Some(start + more));
            let outcome = lua.call(&function, &[]);
            assert!(memory.used() <= start + more + (64 << 10), "{} bytes over", memory.used() - start - more);
            memory.set_limit(None);
            match outcome {
                Ok(values) => {
                    assert_eq!(values, expected);
                    break;
                }
                Err(failure) => {
                    let message = String::from_utf8_lossy(&failure.message).into_owned();
                    // The second one, if the handler that makes the traceback runs out of memory, too.
                    let is_right = message.ends_with("not enough memory") || message == "error in error handling";
                    assert!(is_right, "{more}: {message}");
                }
            }
            lua.scope().collect();
            // SAFETY: as above.
            unsafe { lua.machine() }.vm_mut().shrink_stack();
            refused += 1;
            more += 1500 + more / 50;
        }
        assert!(refused > 40, "{refused} times");
        assert_eq!(lua.call(&function, &[]).expect("there is no limit"), expected);
    });
}

#[test]
fn every_allocation_of_the_interpreter_can_be_refused() {
    refuse_in_turn(Mode::interpreter());
}

#[test]
#[cfg(feature = "jit")]
fn every_allocation_of_native_code_can_be_refused() {
    refuse_in_turn(Mode::on());
}

#[test]
fn nothing_leaks_when_memory_runs_out() {
    runner::with_stack(|| {
        let defaults = Options::default();
        let limits = defaults.limits.with_memory(Some(LIMIT));
        let mut lua = Lua::new(Options { limits, stdout: Box::new(std::io::sink()), ..defaults });
        // SAFETY: no values are passed to the machine.
        let memory = unsafe { lua.machine() }.memory().clone();
        let mut used = Vec::new();
        for _ in 0..3 {
            for (name, program) in PROGRAMS.iter().filter(|(name, _)| *name != "finalisers") {
                let function = lua.load(format!("{REFUSED}{program}"), "=program").expect(name);
                lua.call(&function, &[]).expect("it catches the error");
            }
            lua.scope().collect();
            lua.scope().collect();
            let kinds =
                [MemoryKind::Fibers, MemoryKind::Programs, MemoryKind::Code, MemoryKind::Tables, MemoryKind::Heap];
            used.push(kinds.map(|kind| memory.used_by(kind)));
        }
        assert_eq!(used[1], used[2]);
        drop(lua);
        assert_eq!(memory.used(), 0);
    });
}
