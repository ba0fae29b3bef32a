//! Programs: their sources, their arguments, and their ends.

use crate::run::{command, failed, file, finish, lua, lua_with, ok};

#[test]
fn programs_come_from_files_the_command_line_or_standard_input() {
    file("from_file.lua", "#!/usr/bin/env mimeo-lua\nprint('file')");
    assert_eq!(lua(&["from_file.lua"], b""), ok("file\n"));
    assert_eq!(lua(&["-e", "print(1 + 2)"], b""), ok("3\n"));
    assert_eq!(lua(&["-e", "x = 1", "-ex = x + 1", "-e", "print(x)"], b""), ok("2\n"));
    assert_eq!(lua(&["-e", "x = 'first'", "-"], b"print(x)"), ok("first\n"));
    assert_eq!(lua(&["-"], b"# no Lua\nprint(7)"), ok("7\n"));
    assert_eq!(lua(&[], b"print(8)"), ok("8\n"));
    // With `-e`, standard input belongs to the program.
    assert_eq!(lua(&["-e", "print(9)"], b"print(10)"), ok("9\n"));
}

#[test]
fn every_mode_prints_the_same() {
    let program = "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end print(fib(15))";
    for mode in ["--jit=auto", "--jit=on", "--jit=off", "--jit-threshold=1"] {
        assert_eq!(lua(&[mode, "-e", program], b""), ok("610\n"), "{mode}");
    }
}

#[test]
fn a_script_gets_its_arguments() {
    let script = "print(...) print(arg[0], arg[1], arg[2], arg[3], arg[-1], arg[-2], #arg)";
    file("arguments.lua", script);
    let expected = ok("a\t-v\tb c\narguments.lua\ta\t-v\tb c\tx = 1\t-e\t3\n");
    assert_eq!(lua(&["-e", "x = 1", "arguments.lua", "a", "-v", "b c"], b""), expected);
    let outcome = lua(&["-", "--jit=off", "-"], script.as_bytes());
    assert_eq!(outcome.stdout.lines().next(), Some("--jit=off\t-"));
    // Without a script, all arguments are before it.
    assert_eq!(lua(&["-e", "print(arg[0], arg[-2], #arg)"], b""), ok("nil\t-e\t0\n"));
}

#[cfg(unix)]
#[test]
fn arguments_are_bytes() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let mut command = command(&["-"]);
    command.arg(OsStr::from_bytes(b"a\xff"));
    assert_eq!(finish(command, b"print(#arg[1], arg[1] == 'a\\255')"), ok("2\ttrue\n"));
}

#[test]
fn errors_keep_what_was_printed() {
    for mode in ["--jit=auto", "--jit=on", "--jit=off"] {
        let code = "print(1)\nerror('boom')";
        assert_eq!(failed(&lua(&[mode, "-e", code], b""), "1\n"), "(command line):2: boom");
        assert_eq!(failed(&lua(&[mode, "-"], code.as_bytes()), "1\n"), "stdin:2: boom");
        file("error.lua", code);
        assert_eq!(failed(&lua(&[mode, "error.lua"], b""), "1\n"), "error.lua:2: boom");
    }
    // A syntax error is found before its chunk runs, but after the chunks before.
    let outcome = lua(&["-e", "print(1)", "-e", "print(2) x ="], b"");
    assert_eq!(failed(&outcome, "1\n"), "(command line):1: unexpected symbol near '<eof>'");
    assert_eq!(failed(&lua(&["-e", "error('a', 0)", "-e", "print(2)"], b""), ""), "a");
}

#[test]
fn any_value_can_be_thrown() {
    let message = |code: &str| failed(&lua(&["-e", code], b""), "");
    assert_eq!(message("error({})"), "(error object is not a string)");
    assert_eq!(message("error(setmetatable({}, {__tostring = function() return 'text' end}))"), "text");
    assert_eq!(
        message("error(setmetatable({}, {__tostring = function() error('again') end}))"),
        "(error object is not a string)"
    );
    assert_eq!(message("error(12, 0)"), "12");
    assert_eq!(message("error(true)"), "(error object is not a string)");
    assert_eq!(message("coroutine.wrap(function() error('inside', 0) end)()"), "(command line):1: inside");
    assert_eq!(message("local function f() return f() + 1 end f()"), "(command line):1: stack overflow");
    let silent = lua(&["-e", "error()"], b"");
    assert_eq!((silent.stderr.as_str(), silent.status), ("", 1));
}

#[test]
fn endless_recursion_is_an_error() {
    let handlers = "print((xpcall(function() error('a') end, function() error('b') end)))";
    assert_eq!(lua(&["--jit=off", "-e", handlers], b""), ok("false\n"));
    let metamethods = "local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) print((pcall(function() return t[1] end)))";
    assert_eq!(lua(&["--jit=off", "-e", metamethods], b""), ok("false\n"));
}

#[test]
fn a_program_chooses_its_exit_status() {
    let exit = |code: &str| {
        let outcome = lua(&["-e", code, "-e", "print('not reached')"], b"");
        assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("1\n", ""), "{code}");
        outcome.status
    };
    assert_eq!(exit("print(1) os.exit()"), 0);
    assert_eq!(exit("print(1) os.exit(7)"), 7);
    assert_eq!(exit("print(1) pcall(os.exit, false)"), 1);
    assert_eq!(exit("print(1) coroutine.wrap(function() os.exit(5) end)()"), 5);
    assert_eq!(lua_with(&[("LUA_INIT", "os.exit(4)")], &["-v"]).status, 4);
    let outcome = lua(&["-i", "--stats"], b"os.exit(6)\nprint(1)");
    assert_eq!(outcome.status, 6);
    let statistics = if cfg!(feature = "jit") { "functions" } else { "no native code: " };
    assert!(!outcome.stdout.contains("1\n1") && outcome.stderr.starts_with(statistics), "{outcome:?}");
}

#[test]
fn files_that_cannot_be_read_are_errors() {
    assert_eq!(failed(&lua(&["no-such-file.lua"], b""), ""), "cannot open no-such-file.lua: No such file or directory");
    if cfg!(unix) {
        assert_eq!(failed(&lua(&["."], b""), ""), "cannot read .: Is a directory");
    }
}

#[test]
fn lua_init_runs_first() {
    let init = |text, args: &[&str]| lua_with(&[("LUA_INIT", text)], args);
    assert_eq!(init("print('init') x = 3", &["-e", "print(x)"]), ok("init\n3\n"));
    file("init.lua", "print('file', ...)");
    assert_eq!(init("@init.lua", &["-e", "print(2)"]), ok("file\n2\n"));
    assert_eq!(failed(&init("error('no')", &["-e", "print(2)"]), ""), "LUA_INIT:1: no");
    assert_eq!(failed(&init("x x", &["-v"]), ""), "LUA_INIT:1: '=' expected near 'x'");
    assert_eq!(failed(&init("@none.lua", &[]), ""), "cannot open none.lua: No such file or directory");
    assert_eq!(init("", &["-e", "print(2)"]), ok("2\n"));
}

#[cfg(unix)]
#[test]
fn the_command_ends_when_its_reader_is_gone() {
    // The program prints forever: only the lost reader ends it.
    let mut child = command(&["-e", "while true do print(1) end"]).spawn().expect("the command starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(141), &b""[..]));
    // The command does not panic if its errors are not read either.
    let mut child = command(&["-e", "error('unheard')"]).spawn().expect("the command starts");
    drop(child.stderr.take());
    assert_eq!(child.wait().expect("the command ends").code(), Some(1));
}
