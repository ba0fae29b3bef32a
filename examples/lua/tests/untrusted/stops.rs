//! Every way to take long is stopped, by an interruption and by fuel, and no way to catch a stop works.

use std::time::Duration;

use lua::{Bounds, Failure, Libraries, Library, Lua, Options, Stop, Value};
use mimeo::jit::{JitConfig, Mode};

use crate::with_callbacks;

fn modes() -> [Options; 3] {
    [None, Some(Mode::On), Some(Mode::Auto)].map(|mode| Options { jit: mode.map(JitConfig::new), ..Options::default() })
}

fn eval(lua: &mut Lua, code: &str) -> Result<Vec<Value>, Failure> {
    let function = lua.load(code, "=test")?;
    lua.call(&function, &[])
}

/// What it prepares, and one statement whose work is that of thousands of calls. With debug assertions, none of it may be
/// paid for in parts that take more than a millisecond, apart from what `docs/untrusted.md` lists.
const LONG: &[(&str, &str)] = &[
    ("local s = ('a'):rep(100)", "s:find('a*a*a*b')"),
    ("local s = ('a'):rep(100)", "s:match('(a-)(a-)(a-)b')"),
    ("local s = ('('):rep(1000)", "s:find('%b()')"),
    ("local s = ('ab'):rep(20000)", "s:gsub('a', 'xx')"),
    ("local s = ('ab'):rep(20000)", "s:gsub('%w', '%0')"),
    ("local s = ('ab'):rep(400000)", "s:find('b', 1, true) s:find('x', 1, true)"),
    ("local f = ('ab'):rep(200000):gmatch('(b+)c')", "f()"),
    ("local none", "('x'):rep(1e6)"),
    ("local none", "('xyz'):rep(1e5, ', ')"),
    ("local s = ('x'):rep(2e6)", "s:upper()"),
    ("local s = ('x'):rep(2e6)", "s:reverse()"),
    ("local s = ('x'):rep(2e6)", "s:sub(2)"),
    ("local s = ('x'):rep(2e6)", "('%s%s'):format(s, s)"),
    ("local s = ('x'):rep(1e6)", "('%q'):format(s)"),
    ("local s = ('x'):rep(2e6)", "local t = 1 .. s"),
    ("local s = ('x'):rep(2e6) local other = s .. 'y'", "local t = s .. 'z'"),
    ("local s = ('x'):rep(2e6)", "local t = {s, s, s} t = table.concat(t, 'x')"),
    ("local a, b = ('x'):rep(2e6), ('x'):rep(2e6)", "rawequal(a, b)"),
    ("local s, f = ('x'):rep(2e6), io.tmpfile()", "f:write(s)"),
    ("local f = io.tmpfile() f:write(('x'):rep(2e6)) f:seek('set')", "f:read('*a')"),
    ("local f = io.tmpfile() f:write(('x'):rep(2e6)) f:seek('set')", "f:read(2e6)"),
    ("local f = io.tmpfile() f:write(('x'):rep(2e6)) f:seek('set')", "f:read()"),
    ("local t = {} for i = 1, 50 do t[i] = 1e300 end", "('%99.99f'):rep(50):format(unpack(t))"),
    ("local a, b = ('x'):rep(2e6), ('x'):rep(2e6)", "local t = a < b"),
    ("local a, b = ('x'):rep(2e6), ('x'):rep(2e6)", "local t = a == b"),
    ("local t = {} for i = 1, 30000 do t[i] = i * 7919 % 10007 end", "table.sort(t)"),
    ("local t = {} for i = 1, 5000 do t[i] = ('k'):rep(50) .. i % 13 end", "table.sort(t)"),
    ("local t = {} for i = 1, 20000 do t[i] = i end", "table.concat(t, ', ')"),
    ("local t = {} for i = 1, 120000 do t[i] = i end", "table.insert(t, 1, 0)"),
    ("local t = {} for i = 1, 120000 do t[i] = i end", "table.remove(t, 1)"),
    ("local t = {} for i = 1, 20000 do t[i] = i end", "table.move(t, 1, 20000, 2)"),
    ("local t = {} for i = 1, 20000 do t[i] = i end", "table.maxn(t)"),
    ("local t = {} for i = 1, 20000 do t[i] = i end", "unpack(t)"),
    ("local t = {} for i = 1, 50000 do t[i] = i end local function f(...) return ... end", "f(unpack(t))"),
    ("local s = ('x = 1 '):rep(3000)", "load(s)"),
    ("local s = '--' .. ('x'):rep(100000)", "load(s)"),
    ("local f = load(('x = 1 '):rep(30000))", "string.dump(f)"),
    (
        "local parts = {} for i = 1, 30 do parts[i] = (' '):rep(1e5) end",
        "load(function() return table.remove(parts) end)",
    ),
];

#[test]
fn long_functions_are_interrupted() {
    for options in modes() {
        let mut lua = Lua::new(options);
        let control = lua.control().clone();
        lua.register("interrupt", move |_, _| {
            control.interrupt();
            Ok(Vec::new())
        });
        for (before, long) in LONG {
            let failure =
                eval(&mut lua, &format!("reached = 1; {before}; interrupt() reached = 2; {long}; reached = 3"));
            assert_eq!(failure.expect_err(long).stop, Some(Stop::Interrupted), "{long}");
            // It was interrupted neither before nor after.
            assert_eq!(lua.scope().global("reached"), 2.into(), "{long}");
            assert!(!lua.control().is_interrupted());
        }
    }
}

/// Strings whose parts are handled one after the other are handled as a whole.
#[test]
fn long_functions_do_not_show_their_parts() {
    let code = "
        for len = 8 * 65536 - 4, 8 * 65536 + 2 do
            local s = ('a'):rep(len) .. 'xyz'
            assert(s:find('xyz', 1, true) == len + 1 and s:find('xyz', len + 2, true) == nil)
            assert(s:find('xyz', 3, true) == len + 1 and not s:find('xyzz', 1, true))
        end
        for len = 65534, 65537 do
            local s = ('ab'):rep(len / 2) .. '\\0' .. '1' .. ('c\\0'):rep(70000)
            assert(load('return ' .. ('%q'):format(s))() == s and ('%s'):format(s) == s and ('%3.2s'):format(s) == ' ab')
            assert(s:upper():lower() == s and s:reverse():reverse() == s and s:reverse():sub(-3) == 'aba')
            assert(s:sub(2) == s:sub(2, -2) .. s:sub(-1) and rawequal(s, s:sub(1, 1) .. s:sub(2)))
            assert(not rawequal(s, s:upper()) and s ~= s:upper() and s == s:sub(1, 1) .. s:sub(2))
            local f = io.tmpfile()
            f:write(s, 1, s)
            f:seek('set')
            assert(f:read(#s) == s and f:read('*a') == '1' .. s)
        end";
    eval(&mut Lua::new(Options::default()), code).expect("they are as long");
}

#[test]
fn long_functions_use_the_same_fuel_in_every_mode() {
    const FUEL: u64 = 1 << 40;
    let mut first = None;
    for options in modes() {
        let mut lua = Lua::new(options);
        let mut used = Vec::new();
        for (before, long) in LONG {
            lua.set_fuel(Some(FUEL));
            eval(&mut lua, before).expect(before);
            let setup = FUEL - lua.fuel().expect("it is limited");
            lua.set_fuel(Some(FUEL));
            eval(&mut lua, &format!("{before}; {long}")).expect(long);
            let all = FUEL - lua.fuel().expect("it is limited");
            assert!(all - setup > 1500, "{long} takes {all} - {setup}");
            // Half of it is not enough.
            lua.set_fuel(Some(setup + (all - setup) / 2));
            let failure = eval(&mut lua, &format!("{before}; {long}")).expect_err(long);
            assert_eq!(failure.stop, Some(Stop::OutOfFuel), "{long}");
            assert_eq!(lua.fuel(), Some(0));
            used.push((setup, all));
        }
        assert_eq!(*first.get_or_insert(used.clone()), used);
    }
}

/// Ways to catch an error, of a function `f` that is stopped.
const CATCHES: &[&str] = &[
    "pcall(f)",
    "pcall(pcall, f)",
    "xpcall(f, function() return 1 end)",
    "xpcall(error, f)",
    "xpcall(function() error(1) end, function() f() end)",
    "coroutine.resume(coroutine.create(f))",
    "pcall(coroutine.wrap(f))",
    "pcall(coroutine.wrap(function() pcall(f) end))",
    "coroutine.wrap(function() coroutine.yield(pcall(f)) end)()",
    "pcall(tostring, setmetatable({}, {__tostring = f}))",
    "pcall(print, setmetatable({}, {__tostring = f}))",
    "pcall(function() return setmetatable({}, {__index = f}).x end)",
    "pcall(function() return setmetatable({}, {__add = f}) + 1 end)",
    "pcall(function() return setmetatable({}, {__concat = f}) .. 'x' end)",
    "pcall(table.sort, {3, 2, 1}, f)",
    "pcall(string.gsub, 'x', 'x', f)",
    "pcall(table.foreach, {1}, f)",
    "load(f)",
    "pcall(require, 'stopped')",
    "pcall(host, f)",
    "pcall(swallow, f)",
    "local p = newproxy(true) getmetatable(p).__gc = f p = nil collectgarbage() collectgarbage()",
];

#[test]
fn nothing_catches_a_stop() {
    for options in modes() {
        let mut lua = with_callbacks(options);
        let control = lua.control().clone();
        let nothing = lua.scope().function("interrupt", |_, _| Ok(Vec::new()));
        let interrupt = lua.scope().function("interrupt", move |_, _| {
            control.interrupt();
            Ok(Vec::new())
        });
        for catch in CATCHES {
            // After the function was stopped, the program makes another call at most.
            let code = format!(
                "local function f() interrupt() while true do end end package.preload.stopped, package.loaded.stopped = f, nil {catch} reached = true \
                for i = 1, 2 do end survived = true"
            );
            lua.set_fuel(Some(10_000));
            lua.scope().set_global("interrupt", nothing.clone());
            let failure = eval(&mut lua, &code).expect_err(catch);
            assert_eq!((failure.stop, lua.fuel()), (Some(Stop::OutOfFuel), Some(0)), "{catch}");
            assert_eq!(failure.message, b"test:1: out of fuel", "{catch}");
            assert_eq!(lua.scope().global("survived"), Value::Nil, "{catch}");
            lua.set_fuel(None);
            lua.scope().set_global("interrupt", interrupt.clone());
            let failure = eval(&mut lua, &code).expect_err(catch);
            assert_eq!(failure.stop, Some(Stop::Interrupted), "{catch}");
            assert_eq!(failure.message, b"test:1: interrupted!", "{catch}");
            assert_eq!(lua.scope().global("survived"), Value::Nil, "{catch}");
            assert_eq!(eval(&mut lua, "return 1").expect("it goes on"), [1.into()]);
        }
    }
}

#[test]
fn a_stop_has_a_traceback_through_coroutines_and_rust() {
    for options in modes() {
        let mut lua = with_callbacks(options);
        let code = "local function spin()\nwhile true do end\nend\n\
            local go = coroutine.wrap(function()\nspin()\nend)\nhost(function()\ngo()\nend)";
        lua.set_fuel(Some(1000));
        let failure = eval(&mut lua, code).expect_err("it is endless");
        let traceback = String::from_utf8(failure.traceback).expect("it is text");
        let lines: Vec<&str> = traceback.lines().filter(|line| !line.contains("[C]")).collect();
        let expected = [
            "stack traceback:",
            "\ttest:2: in function <test:1>",
            "\ttest:5: in function <test:4>",
            "\ttest:8: in function <test:7>",
            "\ttest:7: in main chunk",
        ];
        assert_eq!(lines, expected);
        assert_eq!(failure.value, failure.message.into());
    }
}

#[test]
fn stops_leave_finalisers_for_later() {
    let mut lua = Lua::new(Options::default());
    let code = "count = 0 for i = 1, 3 do getmetatable(newproxy(true)).__gc = function() count = count + 1 \
        if count == 1 then while true do end end end end collectgarbage() for i = 1, 10 do end";
    lua.set_fuel(Some(1000));
    assert_eq!(eval(&mut lua, code).expect_err("it is endless").stop, Some(Stop::OutOfFuel));
    lua.set_fuel(None);
    assert_eq!(eval(&mut lua, "collectgarbage() return count").expect("it runs"), [3.into()]);
}

#[test]
fn loading_is_stopped() {
    let source = "x = 1 ".repeat(10_000);
    for options in modes() {
        let mut lua = Lua::new(options);
        lua.set_fuel(Some(5000));
        assert_eq!(lua.load(&source, "=test").expect_err("it is long").stop, Some(Stop::OutOfFuel));
        lua.set_fuel(None);
        lua.control().interrupt();
        assert_eq!(lua.load(&source, "=test").expect_err("it is long").stop, Some(Stop::Interrupted));
        assert!(lua.load(&source, "=test").is_ok());
    }
}

#[test]
fn functions_that_need_too_many_slots_are_errors() {
    let mut lua = Lua::new(Options::default());
    for last in ["{}", "{t, {t}}", "t and f", "t or {}", "not t", "f(t)", "t .. t", "function() end", "t.t[t]", "..."] {
        for count in [1000, 65_000, 70_000] {
            let arguments = "t,".repeat(count) + last;
            let sources = [
                format!("local t, f = {{}} local a = f({arguments})"),
                format!("local t, f = {{}} return {arguments}"),
                format!("local t, f = {{}} t.a, t.b = f({arguments}), {last}"),
            ];
            for source in sources {
                let loaded = lua.load(&source, "=slots");
                assert!(loaded.is_ok() || count > 1000, "{count}, {last}: {loaded:?}");
            }
        }
    }
}

#[test]
fn parts_of_the_library_can_be_left_out() {
    let names = [
        (Library::Coroutine, "coroutine"),
        (Library::Debug, "debug"),
        (Library::Files, "dofile loadfile"),
        (Library::Io, "io"),
        (Library::Load, "load loadstring"),
        (Library::Os, "os"),
        (Library::Package, "package require module"),
    ];
    let has = |libraries: Libraries, name: &str| {
        let mut lua = Lua::new(Options { libraries, ..Options::default() });
        // An error still has a traceback.
        let failure = eval(&mut lua, "error('x')").expect_err("it throws");
        assert!(failure.traceback.starts_with(b"stack traceback:\n"), "{failure:?}");
        lua.scope().global(name).truth()
    };
    for (library, globals) in names {
        for name in globals.split(' ') {
            assert!(has(Libraries::ALL, name) && !has(Libraries::ALL.without(library), name), "{name}");
            let is_safe = matches!(library, Library::Coroutine | Library::Load);
            assert_eq!(has(Libraries::SANDBOXED, name), is_safe, "{name}");
            assert_eq!(Libraries::SANDBOXED.with(library).has(library), has(Libraries::SANDBOXED.with(library), name));
        }
    }
}

#[test]
fn bounds_are_errors_that_a_program_can_catch() {
    let bounds = Bounds { coroutines: Some(10), string_bytes: Some(10_000), pattern_steps: Some(50_000) };
    for options in modes() {
        let mut lua = Lua::new(Options { bounds, ..options });
        let mut error =
            |code: &str| match &eval(&mut lua, &format!("return pcall(function() {code} end)")).expect(code)[..] {
                [Value::Boolean(false), Value::String(message)] => String::from_utf8_lossy(message).into_owned(),
                other => panic!("{code}: {other:?}"),
            };
        let long = "test:1: string is longer than the limit of 10000 bytes";
        for code in [
            "local s = ('x'):rep(10001)",
            "local s = ('xx'):rep(2501, 'yy')",
            "local s = ('x'):rep(9999) s = s .. 'yz'",
            "local s = ('x'):rep(5001) s = s .. s",
            "local t = {} for i = 1, 101 do t[i] = ('x'):rep(100) end local s = table.concat(t)",
            "local s = ('x'):rep(5001):gsub('x', 'yy')",
            "local s = ('x'):rep(9999) s = ('%s%s'):format(s, s)",
            "assert(load(function() return (' '):rep(5001) end))",
        ] {
            assert_eq!(error(code), long, "{code}");
        }
        let steps = "test:1: pattern takes more than 50000 steps";
        assert_eq!(error("(('a'):rep(200)):find('a*a*a*b')"), steps);
        let storm = "for i = 1, 11 do local c = coroutine.create(coroutine.yield) all[i] = c \
            assert(coroutine.resume(c)) end";
        assert_eq!(error(&format!("all = {{}} {storm}")), "test:1: more than 10 coroutines");
        // Those that nothing refers to make room.
        let collected = "all = nil for i = 1, 100 do coroutine.wrap(coroutine.yield)() end error('fine', 0)";
        assert_eq!(error(collected), "fine");
    }
}

#[test]
fn deadlines_that_did_not_pass_leave_no_trace() {
    let mut lua = Lua::new(Options::default());
    for after in [Duration::ZERO, Duration::from_millis(1), Duration::from_secs(3600), Duration::MAX] {
        let deadline = lua.deadline(after).expect("threads can be started");
        let other = lua.deadline(Duration::from_secs(1800)).expect("threads can be started");
        if after < Duration::from_secs(1) {
            let failure = eval(&mut lua, "while true do end").expect_err("it is endless");
            assert_eq!(failure.stop, Some(Stop::Interrupted));
            assert!(deadline.has_passed() && !other.has_passed());
        }
        drop((deadline, other));
        assert_eq!(eval(&mut lua, "return 1").expect("it runs"), [1.into()]);
    }
}

#[test]
fn finalisers_of_a_sandbox_do_not_run_at_its_end() {
    for runs in [false, true] {
        let mut lua = Lua::new(Options { runs_finalizers_at_end: runs, ..Options::sandboxed() });
        let called = std::rc::Rc::new(std::cell::Cell::new(false));
        let flag = std::rc::Rc::clone(&called);
        lua.register("called", move |_, _| {
            flag.set(true);
            Ok(Vec::new())
        });
        eval(&mut lua, "getmetatable(newproxy(true)).__gc = called").expect("it runs");
        drop(lua);
        assert_eq!(called.get(), runs);
    }
}
