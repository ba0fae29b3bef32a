//! The command from outside: output, errors, exit status, and what it says to mistakes.

use std::io::Write;
use std::process::{Command, Stdio};

/// Runs `mimeo-calc`; the results are standard output, standard error and exit status.
fn calc(args: &[&str], input: &[u8]) -> (String, String, i32) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mimeo-calc"))
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
fn an_error_keeps_what_was_printed() {
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
    assert_eq!(calc(&["-"], b"print 1;\n  \xff").1, "<stdin>:2:3: error: this is not UTF-8\n");
}

#[test]
fn a_wrong_option_is_answered_with_the_right_ones() {
    let cases: [(&[&str], &str); 7] = [
        (&["--jit=maybe", "-"], "mimeo-calc: --jit is one of auto, on, off, not \"maybe\"\n"),
        (&["--dump=all", "-"], "mimeo-calc: --dump is one of bytecode, c, asm, not \"all\"\n"),
        (&["--jit-threshold=many", "-"], "mimeo-calc: cannot parse argument \"many\": invalid digit found in string\n"),
        (&["--fast", "-"], "mimeo-calc: invalid option '--fast'\n"),
        (&["--jit"], "mimeo-calc: missing argument for option '--jit'\n"),
        (&[], "mimeo-calc: there is no program\n"),
        (&["-", "programs/fib.calc"], "mimeo-calc: there is more than one program\n"),
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
fn every_stage_can_be_looked_at() {
    let dump = |what: &str| {
        let (stdout, stderr, status) = calc(&[what, "-e", "print 1 + 2;"], b"");
        assert_eq!((stderr.as_str(), status), ("", 0), "{what}");
        stdout
    };
    let bytecode = dump("--dump=bytecode");
    assert!(bytecode.starts_with("main (arity 0, locals 0)\n  0000  push 1"), "{bytecode}");
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
    assert_eq!(calc(&["--jit=off", "--stats", "-e", "print 1;"], b"").1, "no native code: --jit=off\n");
}
