//! Options and environment variables: their effects, and the messages for wrong ones.

use crate::run::{file, lua, lua_with, ok};

#[test]
fn a_wrong_option_lists_the_valid_values() {
    let cases: [(&[&str], &str); 13] = [
        (&["--jit=maybe", "-"], "--jit must be auto, on or off, not \"maybe\"\n"),
        (&["--stats=all", "-"], "--stats must be off, summary, trace or json, not \"all\"\n"),
        (&["--perf=yes", "-"], "--perf must be off, map, gdb or all, not \"yes\"\n"),
        (&["--dump=all", "-"], "--dump must be one of bytecode, ir, c, asm, not \"all\"\n"),
        (&["--jit-threshold=many", "-"], "--jit-threshold must be a number of calls, 0 to 4294967295, not \"many\"\n"),
        (
            &["--jit-code-limit=1k", "-"],
            &format!("--jit-code-limit must be a number of bytes, 0 to {}, not \"1k\"\n", usize::MAX),
        ),
        (&["--jit-code-limit"], "missing argument for option '--jit-code-limit'\n"),
        (
            &["--jit-budget=-1", "-"],
            "--jit-budget must be a number of microseconds, 0 to 18446744073709551615, not \"-1\"\n",
        ),
        (
            &["--memory-limit=32MB", "-"],
            "--memory-limit must be a number of bytes, which may end in K, M or G, not \"32MB\"\n",
        ),
        (&["--fast", "-"], "invalid option '--fast'\n"),
        (&["-q"], "invalid option '-q'\n"),
        (&["--jit"], "missing argument for option '--jit'\n"),
        (&["-e"], "missing argument for option '-e'\n"),
    ];
    for (args, message) in cases {
        let outcome = lua(args, b"");
        assert_eq!((outcome.stdout.as_str(), outcome.status), ("", 2), "{args:?}");
        assert!(outcome.stderr.starts_with(&format!("mimeo-lua: {message}usage: mimeo-lua")), "{args:?}: {outcome:?}");
    }
}

#[test]
fn a_wrong_variable_lists_the_valid_values() {
    let cases = [
        ("MIMEO_JIT", "yes", "auto, on or off"),
        ("MIMEO_JIT_THRESHOLD", "-3", "a number of calls, 0 to 4294967295"),
        ("MIMEO_STATS", "Json", "off, summary, trace or json"),
        ("MIMEO_PERF", "record", "off, map, gdb or all"),
    ];
    for (name, value, expected) in cases {
        let outcome = lua_with(&[(name, value)], &["-e", "print(1)"]);
        assert_eq!((outcome.stdout.as_str(), outcome.status), ("", 2), "{name}");
        assert!(
            outcome.stderr.starts_with(&format!("mimeo-lua: {name} must be {expected}, not {value:?}\n")),
            "{outcome:?}"
        );
    }
}

#[test]
fn help_and_version_are_shown() {
    let help = lua(&["--help"], b"");
    assert!(help.stdout.starts_with("usage: mimeo-lua [options] SCRIPT") && help.status == 0, "{help:?}");
    assert_eq!(lua(&["-h", "no-such-file.lua"], b""), help);
    let version = concat!("mimeo-lua ", env!("CARGO_PKG_VERSION"), " -- Lua 5.1, as LuaJIT implements it\n");
    // With `-v`, standard input is not read.
    assert_eq!(lua(&["-v"], b"print(1)"), ok(version));
    assert_eq!(lua(&["-v", "-e", "print(2)"], b"print(1)"), ok(&format!("{version}2\n")));
    assert_eq!(lua(&["-v", "-"], b"print(1)"), ok(&format!("{version}1\n")));
}

#[test]
fn a_limit_on_memory_is_an_error_of_the_program() {
    const BOMB: &str = "local ok, message = pcall(string.rep, 'x', 5000000) print(ok, ok or message)";
    assert_eq!(lua(&["-e", BOMB], b""), ok("true\ttrue\n"));
    for limit in ["4000000", "3999K", "3M"] {
        assert_eq!(lua(&[&format!("--memory-limit={limit}"), "-e", BOMB], b""), ok("false\tnot enough memory\n"));
    }
    assert_eq!(lua(&["--memory-limit=1G", "-e", BOMB], b""), ok("true\ttrue\n"));
    // An error that nothing catches, with output before it.
    let outcome = lua(&["--memory-limit=4M", "-e", "print(1) local t for i = 1, 1e8 do t = {t} end"], b"");
    assert_eq!((outcome.stdout.as_str(), outcome.status), ("1\n", 1), "{outcome:?}");
    assert!(outcome.stderr.starts_with("mimeo-lua: not enough memory\n"), "{outcome:?}");
}

#[test]
fn fuel_stops_a_program() {
    let outcome = lua(&["--fuel=1000", "-e", "print(1) pcall(function() while true do end end) print(2)"], b"");
    assert_eq!((outcome.stdout.as_str(), outcome.status), ("1\n", 1), "{outcome:?}");
    assert!(outcome.stderr.starts_with("mimeo-lua: (command line):1: out of fuel\n"), "{outcome:?}");
}

#[test]
fn options_after_the_script_belong_to_it() {
    file("options.lua", "print(...)");
    let args = ["options.lua", "--jit=maybe", "-e", "x", "--help", "-q"];
    assert_eq!(lua(&args, b""), ok("--jit=maybe\t-e\tx\t--help\t-q\n"));
    assert_eq!(lua(&["--jit=off", "--", "options.lua", "-v"], b""), ok("-v\n"));
}

/// Returns the number of compiled functions in a program that calls one of them 20 times.
#[cfg(feature = "jit")]
fn compiled(variables: &[(&str, &str)], args: &[&str]) -> u32 {
    const TWENTY: &str = "local function f(x) return x end local i = 0 while i < 20 do i = f(i) + 1 end print(i)";
    let args = [args, &["--stats", "-e", TWENTY]].concat();
    let outcome = lua_with(variables, &args);
    assert_eq!((outcome.stdout.as_str(), outcome.status), ("20\n", 0), "{variables:?} {args:?}");
    let first: Vec<&str> = outcome.stderr.lines().next().unwrap_or_default().split_whitespace().collect();
    match first[..] {
        ["functions", "compiled", count, ..] => count.parse().unwrap_or_else(|_| panic!("{outcome:?}")),
        _ => panic!("{outcome:?}"),
    }
}

#[cfg(feature = "jit")]
#[test]
fn settings_come_from_the_environment_then_the_command_line() {
    let usual = compiled(&[], &[]);
    assert!(usual >= 2, "the loop and the function that it calls are hot, but {usual} functions were compiled");
    assert_eq!(compiled(&[("MIMEO_JIT", "off")], &[]), 0);
    assert_eq!(compiled(&[("MIMEO_JIT", "off")], &["--jit=auto"]), usual);
    assert_eq!(compiled(&[("MIMEO_JIT", "on")], &["--jit=off"]), 0);
    assert_eq!(compiled(&[("MIMEO_JIT_THRESHOLD", "1000")], &[]), 0);
    assert_eq!(compiled(&[("MIMEO_JIT_THRESHOLD", "1000")], &["--jit-threshold=5"]), usual);
    assert_eq!(compiled(&[("MIMEO_JIT", "")], &[]), usual);
    assert_eq!(compiled(&[], &["--jit-code-limit=100"]), 0);
    assert_eq!(compiled(&[], &["--jit-budget=0"]), 0);
}

#[test]
fn modules_are_loaded_in_the_order_of_the_options() {
    let preload = "package.preload.m = function(...) print('loads', ...) return 7 end";
    let args = ["-e", preload, "-l", "m", "-lm", "-e", "print(package.loaded.m, arg[-1])"];
    assert_eq!(lua(&args, b""), ok("loads\tm\n7\tprint(package.loaded.m, arg[-1])\n"));
    let missing = lua(&["-l", "no_such_module", "-e", "print(1)"], b"");
    assert_eq!((missing.stdout.as_str(), missing.status), ("", 1));
    assert!(missing.stderr.starts_with("mimeo-lua: module 'no_such_module' not found:"), "{missing:?}");
}

#[test]
fn the_prompt_of_debug_runs_lines_until_one_is_cont() {
    let lines = b"x = 5\nprint(x)\nerror('no')\n= 1\ncont\nx = 6\n";
    let outcome = lua(&["-e", "debug.debug() print('after', x)"], lines);
    assert_eq!((outcome.stdout.as_str(), outcome.status), ("5\nafter\t5\n", 0));
    let prompt = "lua_debug> ";
    let errors = ["(debug command):1: no\n", "(debug command):1: unexpected symbol near '='\n"];
    assert_eq!(outcome.stderr, format!("{prompt}{prompt}{prompt}{}{prompt}{}{prompt}", errors[0], errors[1]));
    let outcome = lua(&["-e", "debug.debug() print('end')"], b"");
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("end\n", prompt));
}
