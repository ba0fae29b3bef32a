//! The command's output, error messages and exit status.

use std::io::Write;
use std::process::{Command, Stdio};

/// Runs `mimeo-calc` and returns standard output, standard error and exit status.
fn calc(args: &[&str], input: &[u8]) -> (String, String, i32) {
    calc_with(&[], args, input)
}

/// Runs `mimeo-calc` with environment variables.
fn calc_with(variables: &[(&str, &str)], args: &[&str], input: &[u8]) -> (String, String, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo-calc"));
    for name in ["MIMEO_JIT", "MIMEO_JIT_THRESHOLD", "MIMEO_STATS", "MIMEO_PERF", "MIMEO_TRACE"] {
        command.env_remove(name);
    }
    let mut child = command
        .envs(variables.iter().copied())
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    child.stdin.take().expect("a pipe").write_all(input).expect("the command reads");
    let output = child.wait_with_output().expect("the command ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the command writes text");
    (text(output.stdout), text(output.stderr), output.status.code().expect("no signal"))
}

fn ok(stdout: &str) -> (String, String, i32) {
    (stdout.to_owned(), String::new(), 0)
}

#[test]
fn programs_come_from_a_file_the_command_line_or_standard_input() {
    assert_eq!(calc(&["-e", "print 1+2;"], b""), ok("3\n"));
    assert_eq!(calc(&["-"], b"print 7;"), ok("7\n"));
    assert_eq!(calc(&["programs/gcd.calc"], b"").2, 0);
    let (tour, errors, status) = calc(&["programs/tour.calc"], b"");
    assert_eq!((tour.as_str(), errors.as_str(), status), ("92\n1229\n2178309\n", "", 0));
}

#[test]
fn output_before_an_error_is_kept() {
    let expected = |name| ("1\n".to_owned(), format!("{name}:2:9: error: division by zero\n"), 1);
    for mode in ["--jit=auto", "--jit=on", "--jit=off"] {
        assert_eq!(calc(&[mode, "-e", "print 1;\nprint 2 / 0;"], b""), expected("-e"));
        assert_eq!(calc(&[mode, "-"], b"print 1;\nprint 2 / 0;"), expected("<stdin>"));
    }
    let (stdout, stderr, status) = calc(&["programs/error_divide_by_zero.calc"], b"");
    assert!(!stdout.is_empty() && status == 1, "{stdout}");
    assert!(stderr.starts_with("programs/error_divide_by_zero.calc:"), "{stderr}");
}

#[test]
fn all_compile_errors_are_reported_and_nothing_runs() {
    let (stdout, stderr, status) = calc(&["-e", "print 1;\nprint x;\nprint f(2);"], b"");
    assert_eq!((stdout.as_str(), status), ("", 1));
    assert_eq!(stderr, "-e:2:7: error: unknown variable `x`\n-e:3:7: error: unknown function `f`\n");
}

#[test]
fn files_that_cannot_be_read_are_errors() {
    let (_, stderr, status) = calc(&["no-such-file.calc"], b"");
    assert!(stderr.starts_with("no-such-file.calc: error: cannot read: ") && status == 1, "{stderr}");
    assert_eq!(calc(&["-"], b"print 1;\n  \xff").1, "<stdin>:2:3: error: invalid UTF-8\n");
}

#[test]
fn a_wrong_option_is_an_error_with_the_usage() {
    let cases: [(&[&str], &str); 15] = [
        (&["--jit=maybe", "-"], "mimeo-calc: --jit must be auto, on or off, not \"maybe\"\n"),
        (&["--stats=all", "-"], "mimeo-calc: --stats must be off, summary, trace or json, not \"all\"\n"),
        (&["--perf=yes", "-"], "mimeo-calc: --perf must be off, map, gdb or all, not \"yes\"\n"),
        (&["--trace=calls", "-"], "mimeo-calc: --trace must be off, ops or ops:NAME, not \"calls\"\n"),
        (&["--trace=ops:", "-"], "mimeo-calc: --trace must be off, ops or ops:NAME, not \"ops:\"\n"),
        (&["--dump=all", "-"], "mimeo-calc: --dump must be one of bytecode, ir, c, asm, not \"all\"\n"),
        (
            &["--jit-threshold=many", "-"],
            "mimeo-calc: --jit-threshold must be a number of calls, 0 to 4294967295, not \"many\"\n",
        ),
        (
            &["--jit-code-limit=1k", "-"],
            &format!("mimeo-calc: --jit-code-limit must be a number of bytes, 0 to {}, not \"1k\"\n", usize::MAX),
        ),
        (&["--jit-code-limit"], "mimeo-calc: missing argument for option '--jit-code-limit'\n"),
        (
            &["--jit-budget=-1", "-"],
            "mimeo-calc: --jit-budget must be a number of microseconds, 0 to 18446744073709551615, not \"-1\"\n",
        ),
        (
            &["--jit-budget=0.5", "-"],
            "mimeo-calc: --jit-budget must be a number of microseconds, 0 to 18446744073709551615, not \"0.5\"\n",
        ),
        (&["--fast", "-"], "mimeo-calc: invalid option '--fast'\n"),
        (&["--jit"], "mimeo-calc: missing argument for option '--jit'\n"),
        (&[], "mimeo-calc: no program was given\n"),
        (&["-", "programs/fib.calc"], "mimeo-calc: more than one program was given\n"),
    ];
    for (args, message) in cases {
        let (stdout, stderr, status) = calc(args, b"");
        assert_eq!((stdout.as_str(), status), ("", 2), "{args:?}");
        assert!(stderr.starts_with(message) && stderr.contains("usage: mimeo-calc"), "{args:?}: {stderr}");
    }
    let (stdout, stderr, status) = calc(&["--help"], b"");
    assert!(stdout.starts_with("usage: mimeo-calc [options] FILE") && stderr.is_empty() && status == 0);
}

#[test]
fn every_stage_can_be_shown() {
    let dump = |what: &str| {
        let (stdout, stderr, status) = calc(&[what, "-e", "print 1 + 2;"], b"");
        assert_eq!((stderr.as_str(), status), ("", 0), "{what}");
        stdout
    };
    let bytecode = dump("--dump=bytecode");
    assert!(bytecode.starts_with("main (arity 0, locals 0)\n  0000  push 1"), "{bytecode}");
    assert!(dump("--dump=ir").contains("\nadd\nb0(v0: i64, v1: i64):\n  v2: i64 = add v0, v1\n"));
    assert!(dump("--dump=c").contains("STENCIL op_add(Vm *vm, Slot *base, Frame *frame) {"));
    let asm = dump("--dump=asm");
    assert!(asm.contains("  add\n        0000") && asm.contains("add  ; cold\n"), "{asm}");
}

#[test]
fn statistics_go_to_standard_error() {
    let (stdout, stderr, status) = calc(&["--jit=on", "--stats", "-e", "print 1;"], b"");
    assert_eq!((stdout.as_str(), status), ("1\n", 0));
    let first: Vec<&str> = stderr.lines().next().unwrap_or_default().split_whitespace().collect();
    assert_eq!(first, ["functions", "compiled", "1", "1", "ok", "(100.0%)"], "{stderr}");
    assert_eq!(calc(&["--jit=off", "--stats", "-e", "print 1;"], b"").1, "functions compiled  0\n");
    let (_, json, _) = calc(&["--jit=on", "--stats=json", "-e", "print 1;"], b"");
    assert!(json.starts_with('{') && json.contains("\"schema\": 1"), "{json}");
    let (_, trace, _) = calc(&["--jit=on", "--stats=trace", "-e", "print 1;"], b"");
    assert!(trace.contains("compiled") && trace.contains("main"), "{trace}");
    assert_eq!(calc(&["--stats", "--stats=off", "-e", "print 1;"], b""), ok("1\n"));
}

/// Calls, and divides by zero the second time.
const RATIOS: &str = "fn square(n) { return n * n; }
fn ratio(a, b) { return square(a) / b; }
print ratio(6, 4);
print ratio(1, 0);
";

/// The ops of `square` in `RATIOS`, called with 6 and with 1.
const SQUARES: [&str; 2] = [
    "1:4 in `square`  0000  get_local r0  ; r0=6
1:4 in `square`  0002  get_local r0  ; r0=6
1:25 in `square`  0004  multiply  ; a=6, b=6
1:25 in `square`  0005  ret  ; value=36
",
    "1:4 in `square`  0000  get_local r0  ; r0=1
1:4 in `square`  0002  get_local r0  ; r0=1
1:25 in `square`  0004  multiply  ; a=1, b=1
1:25 in `square`  0005  ret  ; value=1
",
];

#[test]
fn each_op_that_runs_can_be_shown() {
    let [six, one] = SQUARES;
    let error = "-e:2:35: error: division by zero\n";
    let all = format!(
        "1:1 in `main`  0000  push 6
1:1 in `main`  0005  push 4
3:7 in `main`  0010  call fn1, args=2  ; args=[6, 4]
2:4 in `ratio`  0000  get_local r0  ; r0=6
2:25 in `ratio`  0002  call fn0, args=1  ; args=[6]
{six}2:25 in `ratio`  0006  get_local r1  ; r1=4
2:35 in `ratio`  0008  divide  ; a=36, b=4
2:35 in `ratio`  0009  ret  ; value=9
3:7 in `main`  0014  print  ; value=9
3:7 in `main`  0015  push 1
3:7 in `main`  0020  push 0
4:7 in `main`  0025  call fn1, args=2  ; args=[1, 0]
2:4 in `ratio`  0000  get_local r0  ; r0=1
2:25 in `ratio`  0002  call fn0, args=1  ; args=[1]
{one}2:25 in `ratio`  0006  get_local r1  ; r1=0
2:35 in `ratio`  0008  divide  ; a=1, b=0
{error}"
    );
    let traced = |trace: String| ("9\n".to_owned(), trace, 1);
    for mode in ["--jit=off", "--jit=auto", "--jit=on"] {
        assert_eq!(calc(&[mode, "--trace=ops", "-e", RATIOS], b""), traced(all.clone()), "{mode}");
        let of_square = format!("{six}{one}{error}");
        assert_eq!(calc(&[mode, "--trace=ops:square", "-e", RATIOS], b""), traced(of_square.clone()), "{mode}");
        let from_variable = calc_with(&[("MIMEO_TRACE", "ops:square")], &[mode, "-e", RATIOS], b"");
        assert_eq!(from_variable, traced(of_square), "{mode}");
        for none in [&["--trace=off"][..], &["--trace=ops:cube"], &["--trace=ops", "--trace=off"]] {
            let args = [none, &[mode, "-e", RATIOS]].concat();
            assert_eq!(calc_with(&[("MIMEO_TRACE", "")], &args, b""), traced(error.to_owned()), "{mode} {none:?}");
        }
    }
}

/// Where nothing is traced, functions keep their native code, and where something is, the program does the same.
#[test]
fn a_trace_changes_the_tier_of_what_it_shows_and_nothing_else() {
    let entered = |trace: &str| {
        let (stdout, stderr, status) = calc(&["--jit=on", "--stats", trace, "-e", TWENTY], b"");
        assert_eq!((stdout.as_str(), status), ("20\n", 0), "{trace}");
        stderr.lines().find_map(|line| line.strip_prefix("functions compiled")).expect("a report").trim().to_owned()
    };
    assert!(entered("--trace=off").starts_with("2 "));
    assert!(entered("--trace=ops:f").starts_with("1 "));
    assert_eq!(entered("--trace=ops"), "0");
}

/// A trace whose reader is gone ends, and the program goes on.
#[test]
fn a_trace_without_a_reader_ends() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mimeo-calc"))
        .args(["--trace=ops", "-e", "let i = 0; while i < 20000 { i = i + 1; } print i;"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    drop(child.stderr.take());
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!((output.stdout.as_slice(), output.status.code()), (&b"20000\n"[..], Some(0)));
}

/// A function that is called 20 times.
const TWENTY: &str = "fn f(x) { return x; } let i = 0; while i < 20 { i = f(i) + 1; } print i;";

/// Returns how many functions were compiled under these settings. The output must not depend on them.
fn compiled(variables: &[(&str, &str)], args: &[&str]) -> u32 {
    let args = [args, &["--stats", "-e", TWENTY]].concat();
    let (stdout, stderr, status) = calc_with(variables, &args, b"");
    assert_eq!((stdout.as_str(), status), ("20\n", 0), "{variables:?} {args:?}");
    let first: Vec<&str> = stderr.lines().next().unwrap_or_default().split_whitespace().collect();
    match first[..] {
        ["functions", "compiled", count, ..] => count.parse().unwrap_or_else(|_| panic!("{stderr}")),
        _ => 0,
    }
}

#[test]
fn settings_come_from_the_program_then_the_environment_then_the_command_line() {
    // The loop of `main` becomes hot, then `f`, which native code calls.
    assert_eq!(compiled(&[], &[]), 2);
    assert_eq!(compiled(&[("MIMEO_JIT", "off")], &[]), 0);
    assert_eq!(compiled(&[("MIMEO_JIT", "off")], &["--jit=on"]), 2);
    assert_eq!(compiled(&[("MIMEO_JIT", "on")], &["--jit=off"]), 0);
    assert_eq!(compiled(&[("MIMEO_JIT_THRESHOLD", "1000")], &[]), 0);
    assert_eq!(compiled(&[("MIMEO_JIT_THRESHOLD", "1000")], &["--jit-threshold=5"]), 2);
    assert_eq!(compiled(&[("MIMEO_JIT_THRESHOLD", "1000"), ("MIMEO_JIT", "on")], &[]), 2);
    assert_eq!(compiled(&[("MIMEO_JIT", "")], &[]), 2);
    let (_, stderr, _) = calc_with(&[("MIMEO_STATS", "summary")], &["--jit=on", "-e", "print 1;"], b"");
    assert!(stderr.starts_with("functions "), "{stderr}");
    let quiet = calc_with(&[("MIMEO_STATS", "summary")], &["--stats=off", "-e", "print 1;"], b"");
    assert_eq!(quiet, ok("1\n"));
}

#[test]
fn limits_end_a_program() {
    let (output, errors, status) = calc(&["--fuel=100", "-e", "print 1; while 1 { }"], b"");
    assert_eq!((output.as_str(), errors.as_str(), status), ("1\n", "-e:1:1: error: out of fuel\n", 1));
    let (_, errors, status) = calc(&["--memory-limit=1M", "-e", "fn f(n) { return f(n + 1); } f(0);"], b"");
    assert_eq!((errors.as_str(), status), ("-e:1:18: error: not enough memory\n", 1));
}

#[test]
fn limits_leave_functions_to_the_interpreter() {
    assert_eq!(compiled(&[], &["--jit=on", "--jit-code-limit=1000000"]), 2);
    assert_eq!(compiled(&[], &["--jit=on", "--jit-budget=1000000"]), 2);
    assert_eq!(compiled(&[], &["--jit=on", "--jit-code-limit=100"]), 0);
    assert_eq!(compiled(&[], &["--jit=on", "--jit-budget=0"]), 0);
}

#[test]
fn a_wrong_variable_is_an_error_that_lists_the_right_values() {
    let cases = [
        ("MIMEO_JIT", "yes", "auto, on or off"),
        ("MIMEO_JIT_THRESHOLD", "-3", "a number of calls, 0 to 4294967295"),
        ("MIMEO_JIT_THRESHOLD", "4294967296", "a number of calls, 0 to 4294967295"),
        ("MIMEO_STATS", "Json", "off, summary, trace or json"),
        ("MIMEO_PERF", "record", "off, map, gdb or all"),
        ("MIMEO_TRACE", "all", "off, ops or ops:NAME"),
    ];
    for (name, value, expected) in cases {
        let (stdout, stderr, status) = calc_with(&[(name, value)], &["-e", "print 1;"], b"");
        assert_eq!((stdout.as_str(), status), ("", 2), "{name}");
        assert!(stderr.starts_with(&format!("mimeo-calc: {name} must be {expected}, not {value:?}\n")), "{stderr}");
    }
}

#[test]
fn the_capability_is_printed_without_running_a_program() {
    let (stdout, stderr, status) = calc_with(&[("MIMEO_JIT_THRESHOLD", "3")], &["--capability", "--jit=on"], b"");
    assert_eq!((stderr.as_str(), status), ("", 0));
    let first = format!(
        "native code: yes; mode on, threshold 3; {}, {}, stencil ABI ",
        std::env::consts::ARCH,
        std::env::consts::OS
    );
    assert!(stdout.starts_with(&first), "{stdout}");
    assert!(stdout.contains("ops have a stencil\n"), "{stdout}");
}
