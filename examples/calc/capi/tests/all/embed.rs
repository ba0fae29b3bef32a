//! `embed.c` and `panic.c`, compiled, linked and run with every library and setting → their output.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::toolchain::{Linking, compile, is_there, libraries, ok, package, with_settings};

const C: &[&str] = &["cc", "-std=c11"];
const CPP: &[&str] = &["c++", "-x", "c++", "-std=c++11"];

/// The program that most tests share. It is compiled once, because two tests must not write the same file.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| compile(C, "embed.c", Linking::Static));

/// The parts of `embed.c`, and the output of each without settings in the environment.
const PARTS: [(&str, &str); 6] = [
    ("calls", CALLS),
    ("errors", ERRORS),
    ("callbacks", CALLBACKS),
    ("settings", "create: 0, 0\nmode 0, threshold 10, statistics 0\n4\n"),
    ("threads", "both done\n"),
    ("control", CONTROL),
];

const CALLS: &str = if cfg!(feature = "jit") {
    "ops, linux: native code\n610\n7\n"
} else {
    "ops, linux: JIT_OPT_IN: built without native code (feature `jit`)\n610\n7\n"
};

const ERRORS: &str = "run without a program: 7, 1
  0:0: no program is loaded
statistics without a program: 7, 1
  0:0: no program is loaded
text: 1, 1
  0:0: the text is null
mode: 1, 1
  0:0: the pointer for the result is null
mode 3: 2, 1
  0:0: the mode must be 0 (auto), 1 (on) or 2 (off), not 3
mode -1: 2, 1
  0:0: the mode must be 0 (auto), 1 (on) or 2 (off), not -1
form 0: 2, 1
  0:0: the form of the statistics must be 1 (summary), 2 (trace) or 3 (JSON), not 0
form 4: 2, 1
  0:0: the form of the statistics must be 1 (summary), 2 (trace) or 3 (JSON), not 4
syntax: 5, 1
  2:11: expected `)`, found `;`
names: 5, 2
  2:7: unknown variable `x`
  3:7: unknown function `f`
UTF-8: 4, 1
  2:5: invalid UTF-8
success: 0, 0
natively: 6, 1
  2:12: division by zero
interpreted: 6, 1
  2:12: division by zero
output: 6, 1
  1:1: cannot print: the output function returned 28
";

const CALLBACKS: &str = "1
load: 8, 1
  0:0: the handle's program is running
run: 8, 1
  0:0: the handle's program is running
capability: 8, 1
  0:0: the handle's program is running
statistics: 8, 1
  0:0: the handle's program is running
destroy: 8, 1
  0:0: the handle's program is running
the run: 0, 0
1
once more: 0, 0
";

/// Each mode prints the same.
const CONTROL: &str = "610
610
fuel: 11, 1
  1:4: out of fuel
3026 left
hook: 10, 1
  1:1: interrupted
memory: 12, 1
  1:18: not enough memory
depth: 13, 1
  1:18: stack overflow
fuel: 11, 1
  1:4: out of fuel
3026 left
hook: 10, 1
  1:1: interrupted
memory: 12, 1
  1:18: not enough memory
depth: 13, 1
  1:18: stack overflow
";

/// Runs every part of a program that was compiled from `embed.c`.
fn all_parts(program: &Path) {
    for (part, expected) in PARTS {
        assert_eq!(ok(with_settings(program, &[]).arg(part)), expected, "{}, {part}", program.display());
    }
}

#[test]
fn a_c_program_with_the_static_library() {
    all_parts(&PROGRAM);
}

#[test]
fn a_c_program_with_the_dynamic_library() {
    all_parts(&compile(C, "embed.c", Linking::Dynamic));
}

#[test]
fn a_cpp_program_with_both_libraries() {
    if !is_there("c++") {
        eprintln!("not tested: there is no c++");
        return;
    }
    all_parts(&compile(CPP, "embed.c", Linking::Static));
    all_parts(&compile(CPP, "embed.c", Linking::Dynamic));
}

#[test]
fn valgrind_finds_nothing() {
    if !is_there("valgrind") {
        eprintln!("not tested: there is no valgrind");
        return;
    }
    for (part, expected) in PARTS {
        let mut command = with_settings("valgrind", &[]);
        // Native code is written while the program runs. Leaked memory is an error.
        command.args(["--quiet", "--error-exitcode=9", "--smc-check=all", "--leak-check=full"]);
        command.arg("--errors-for-leak-kinds=definite").arg(&*PROGRAM).arg(part);
        assert_eq!(ok(&mut command), expected, "{part}");
    }
}

#[test]
fn a_panic_is_a_status() {
    let program = compile(C, "panic.c", Linking::Panicking);
    // In native code, then in the interpreter.
    let once = "load: 0, 0:0, 
run: 9, 0:0, panic: 8194 bytes are too many
run again: 7, 0:0, no program is loaded
load another: 0, 0:0, 
3
run it: 0, 0:0, 
";
    assert_eq!(ok(&mut with_settings(&program, &[])), format!("{once}{once}destroy: 0\n"));
}

#[test]
fn the_environment_sets_the_settings_of_a_handle() {
    let settings = |settings: &[(&str, &str)]| ok(with_settings(&*PROGRAM, settings).arg("settings"));
    let fine = |mode, threshold, statistics| {
        format!("create: 0, 0\nmode {mode}, threshold {threshold}, statistics {statistics}\n4\n")
    };
    assert_eq!(settings(&[("MIMEO_JIT", "on"), ("MIMEO_JIT_THRESHOLD", "0")]), fine(1, 0, 0));
    assert_eq!(settings(&[("MIMEO_JIT", "off"), ("MIMEO_STATS", "json")]), fine(2, 10, 3));
    assert_eq!(settings(&[("MIMEO_STATS", "trace"), ("MIMEO_JIT", "")]), fine(0, 10, 2));
    assert_eq!(settings(&[("MIMEO_STATS", "summary")]), fine(0, 10, 1));
    // Debuggers have one list of code for all handles of a process.
    assert_eq!(ok(with_settings(&*PROGRAM, &[("MIMEO_PERF", "gdb")]).arg("threads")), "both done\n");
}

#[test]
fn a_bad_value_in_the_environment_is_an_error_and_the_handle_has_the_defaults() {
    let expected = |message: &str| format!("create: 3, 1\n  0:0: {message}\nmode 0, threshold 10, statistics 0\n4\n");
    for (name, value, message) in [
        ("MIMEO_JIT", "fast", "MIMEO_JIT must be auto, on or off, not \"fast\""),
        ("MIMEO_JIT_THRESHOLD", "-1", "MIMEO_JIT_THRESHOLD must be a number of calls, 0 to 4294967295, not \"-1\""),
        ("MIMEO_STATS", "yes", "MIMEO_STATS must be off, summary, trace or json, not \"yes\""),
        ("MIMEO_PERF", "dump", "MIMEO_PERF must be off, map, gdb or all, not \"dump\""),
    ] {
        // The valid settings have no effect, regardless of their order.
        let good = [("MIMEO_JIT", "on"), ("MIMEO_JIT_THRESHOLD", "3"), ("MIMEO_STATS", "json")];
        let settings: Vec<_> = good.into_iter().filter(|&(other, _)| other != name).chain([(name, value)]).collect();
        assert_eq!(ok(with_settings(&*PROGRAM, &settings).arg("settings")), expected(message));
    }
}

/// Returns the names of this interface in a text.
fn names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("mimeo_calc_")).collect()
}

#[test]
fn the_library_the_header_and_the_program_know_the_same_functions() {
    let header = fs::read_to_string(package().join("include/mimeo_calc.h")).expect("there is a header");
    // The header also has comments.
    let code: String = header.split("*/").filter_map(|part| part.split("/*").next()).collect();
    let declared = names(&code);
    assert!(declared.len() >= 17, "{declared:?}");
    let program = fs::read_to_string(package().join("tests/embed.c")).expect("there is a program");
    let called: BTreeSet<&str> = names(&program).into_iter().filter(|&name| name != "mimeo_calc_h").collect();
    let unused: Vec<_> = declared.difference(&called).collect();
    assert!(unused.is_empty(), "`embed.c` does not call {unused:?}");
    let library = libraries().join("libmimeocalc.so");
    let symbols = ok(Command::new("nm").args(["--dynamic", "--defined-only", "--format=just-symbols"]).arg(library));
    assert_eq!(names(&symbols), declared);
}
