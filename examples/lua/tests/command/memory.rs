//! Memory that a program no longer uses → the system.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use crate::run::lua;

/// What the process may keep of what a program has used. In builds with debug assertions, freed objects stay for a while.
const KEPT_MEGABYTES: f64 = 20.0;

/// Returns the resident megabytes before and after a program that uses much memory, or the most of them.
fn resident(what: &str, code: &str) -> (f64, f64) {
    let code = format!(
        "local function resident() for line in io.lines('/proc/self/status') do local kilobytes = line:match('{what}:%s+(%d+)') \
        if kilobytes then return kilobytes / 1024 end end end local before = resident() do {code} end \
        collectgarbage() collectgarbage() print(before, resident())"
    );
    let outcome = lua(&["-e", &code], b"");
    let numbers: Vec<f64> = outcome.stdout.split_whitespace().map_while(|number| number.parse().ok()).collect();
    match numbers[..] {
        [before, after] => (before, after),
        _ => panic!("{outcome:?}"),
    }
}

#[test]
fn memory_is_given_back() {
    for code in [
        "local s = '' for i = 1, 100 do s = s .. ('x'):rep(1e6) end",
        "local t = {} for i = 1, 1e5 do t[i] = ('x'):rep(1000) .. i end local s = table.concat(t)",
        "local t = {} for i = 1, 1e6 do t[i] = {i} end",
        "local t = {} for i = 1, 3e5 do t[i] = {x = i, y = {}} end for i = 1, #t, 2 do t[i] = nil end t = nil",
        "local t = {} for i = 1, 2e4 do t[i] = coroutine.wrap(function() coroutine.yield() end) t[i]() end",
    ] {
        let (before, after) = resident("VmRSS", code);
        assert!(after < before + KEPT_MEGABYTES, "{before} MB before and {after} MB after {code}");
    }
}

/// Garbage that the collector must notice: stacks of coroutines beside a larger heap, and userdata that wait for their
/// finalisers.
#[test]
fn garbage_does_not_pile_up() {
    for (limit, code) in [
        (20.0, "for i = 1, 1e5 do coroutine.wrap(function(a) coroutine.yield(a) end)(i) end"),
        (
            // The heap has 20 MB, and doubles before it is collected. Without the stacks it would be 200 MB.
            80.0,
            "local live = {} for i = 1, 2e5 do live[i] = {i} end \
            for i = 1, 2e5 do coroutine.wrap(function(a) coroutine.yield(a) end)(i) end",
        ),
        (20.0, "for i = 1, 5e5 do getmetatable(newproxy(true)).__gc = function() end end"),
        (20.0, "for i = 1, 2e4 do loadstring('local a = ... return function() return a + ' .. i .. ' end')(i) end"),
    ] {
        let (before, most) = resident("VmHWM", code);
        assert!(most < before + limit, "{before} MB before and {most} MB at most in {code}");
    }
}

/// While a finaliser runs and others wait, its garbage is collected.
#[test]
fn garbage_of_long_finalisers_is_freed() {
    let code = "for i = 1, 3 do getmetatable(newproxy(true)).__gc = function() for i = 1, 1e6 do local t = {i} end end end \
        collectgarbage()";
    let (before, most) = resident("VmHWM", code);
    assert!(most < before + KEPT_MEGABYTES, "{before} MB before and {most} MB at most");
}
