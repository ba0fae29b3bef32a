//! The command: what it prints, and its exit status.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder with the module `module.wat`.
fn folder(module: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("module.wat"), module).unwrap();
    folder
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo-wasm"));
    command.current_dir(folder).args(args);
    command
}

/// Runs the command, and returns its standard output, error output and exit status.
fn run(folder: &Path, args: &[&str]) -> (String, String, i32) {
    let Output { stdout, stderr, status } = command(folder, args).output().expect("the command runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (text(stdout), text(stderr), status.code().expect("it ends by itself"))
}

const FUNCTIONS: &str = r#"(module
    (memory 1)
    (func (export "i32") (param i32) (result i32) (local.get 0))
    (func (export "i64") (param i64) (result i64) (local.get 0))
    (func (export "f64") (param f64) (result f64) (local.get 0))
    (func (export "f32") (param f32) (result f32) (local.get 0))
    (func (export "swap") (param i32 i64) (result i64 i32) (local.get 1) (local.get 0))
    (func (export "reference") (param externref) (result externref) (local.get 0))
    (func $inner (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
    (func (export "divide") (param i32 i32) (result i32) (call $inner (local.get 0) (local.get 1)))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "forever") (loop $again (br $again))))"#;

#[test]
fn values_are_parsed_and_printed_by_their_types() {
    let folder = folder(FUNCTIONS);
    for (name, value, printed) in [
        ("i32", "-2147483648", "-2147483648"),
        ("i32", "4294967295", "-1"),
        ("i32", "0x10", "16"),
        ("i32", "-0x10", "-16"),
        ("i64", "-9223372036854775808", "-9223372036854775808"),
        ("i64", "0xffffffffffffffff", "-1"),
        ("f64", "0.1", "0.1"),
        ("f64", "-inf", "-inf"),
        ("f64", "nan", "nan"),
        ("f64", "1e3", "1000"),
        ("f32", "0.1", "0.1"),
        ("reference", "null", "null"),
    ] {
        let (stdout, stderr, status) = run(folder.path(), &[&format!("--invoke={name}"), "module.wat", value]);
        assert_eq!((&*stdout, &*stderr, status), (&*format!("{printed}\n"), "", 0), "{name} {value}");
    }
    assert_eq!(run(folder.path(), &["--invoke=swap", "module.wat", "1", "2"]).0, "2\n1\n");
    for (name, values, message) in [
        ("i32", &["4294967296"][..], "`4294967296` is not a value of the type i32"),
        ("i32", &["-2147483649"], "`-2147483649` is not a value of the type i32"),
        ("i64", &["x"], "`x` is not a value of the type i64"),
        ("i64", &[""], "`` is not a value of the type i64"),
        ("f64", &["1,5"], "`1,5` is not a value of the type f64"),
        ("reference", &["0"], "`0` is not a value of the type externref"),
        ("swap", &["1"], "the function takes 2 values, not 1"),
        ("none", &[], "no function is exported as `none`"),
    ] {
        let args = [&["--invoke", name, "module.wat"], values].concat();
        assert_eq!(run(folder.path(), &args), (String::new(), format!("mimeo-wasm: {message}\n"), 1));
    }
}

#[test]
fn a_trap_has_a_backtrace() {
    let folder = folder(FUNCTIONS);
    for mode in ["off", "on", "auto"] {
        let mode = format!("--jit={mode}");
        let (stdout, stderr, status) = run(folder.path(), &[&mode, "--invoke=divide", "module.wat", "1", "0"]);
        assert_eq!((&*stdout, status), ("", 134));
        let lines: Vec<&str> = stderr.lines().collect();
        let [message, first, second] = lines[..] else { panic!("{stderr}") };
        assert_eq!(message, "mimeo-wasm: integer divide by zero");
        assert!(first.starts_with("  ") && first.contains("0x") && first.ends_with(" in `inner`"), "{first}");
        assert!(second.ends_with(" in `divide`"), "{second}");
    }
}

#[test]
fn limits_hold() {
    let folder = folder(FUNCTIONS);
    let (_, stderr, status) = run(folder.path(), &["--fuel=1000", "--invoke=forever", "module.wat"]);
    assert!(stderr.starts_with("mimeo-wasm: out of fuel\n"), "{stderr}");
    assert_eq!(status, 134);
    let grow = |limit| run(folder.path(), &[limit, "--invoke=grow", "module.wat", "100"]).0;
    assert_eq!(grow("--memory-limit=64M"), "1\n");
    assert_eq!(grow("--memory-limit=2M"), "-1\n");
}

/// The stencils use what the build script allows.
#[cfg(all(target_arch = "x86_64", feature = "jit"))]
#[test]
fn rounding_and_counting_bits_are_one_instruction() {
    let folder = folder(
        "(module
          (func (param f64) (result f64) local.get 0 f64.nearest f64.floor)
          (func (param f32) (result f32) local.get 0 f32.ceil f32.trunc)
          (func (param i64) (result i64) local.get 0 i64.popcnt))",
    );
    let (code, stderr, status) = run(folder.path(), &["--dump=asm", "module.wat"]);
    assert_eq!((&*stderr, status), ("", 0));
    // The op `popcnt` is listed too, but reads no memory.
    let code: Vec<&str> = code.lines().filter(|line| !line.contains("popcnt") || line.contains('[')).collect();
    let uses = |instruction: &str| code.iter().filter(|line| line.contains(instruction)).count();
    assert_eq!([" roundsd ", " roundss ", " popcnt "].map(uses), [2, 2, 1], "{code:#?}");
}

#[test]
fn wrong_command_lines_and_files_are_reported() {
    let folder = folder("(module (func (result i32)))");
    for (args, message) in [
        (&[][..], "no program was given"),
        (&["--nonsense"], "invalid option '--nonsense'"),
        (&["--env=NAME", "module.wat"], "--env must be NAME=VALUE, not \"NAME\""),
        (
            &["--fuel=x", "module.wat"],
            "--fuel must be a number of calls and jumps, 0 to 18446744073709551615, not \"x\"",
        ),
    ] {
        let (stdout, stderr, status) = run(folder.path(), args);
        assert_eq!((&*stdout, status), ("", 2));
        assert!(stderr.starts_with(&format!("mimeo-wasm: {message}\nusage: mimeo-wasm ")), "{stderr}");
    }
    let (_, stderr, status) = run(folder.path(), &["none.wasm"]);
    assert!(stderr.starts_with("mimeo-wasm: cannot read none.wasm: "), "{stderr}");
    assert_eq!(status, 1);
    let (_, stderr, status) = run(folder.path(), &["module.wat"]);
    assert!(stderr.starts_with("module.wat: error: type mismatch"), "{stderr}");
    assert_eq!(status, 1);
    let (_, stderr, status) = run(folder.path(), &["--dir=none", "module.wat"]);
    assert_eq!(status, 1, "{stderr}");
}

const PROGRAM: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\08\00\00\00\06\00\00\00hello\n")
    (func (export "_start")
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
        (call $exit (i32.const 7))))"#;

#[test]
fn the_exit_status_is_that_of_the_program() {
    let folder = folder(PROGRAM);
    assert_eq!(run(folder.path(), &["module.wat"]), ("hello\n".to_owned(), String::new(), 7));
    let (stdout, stderr, status) = run(folder.path(), &["--stats", "--jit=on", "module.wat"]);
    assert_eq!((&*stdout, status), ("hello\n", 7));
    assert!(stderr.starts_with("functions compiled"), "{stderr}");
}

#[test]
fn code_is_shown() {
    let folder = folder(PROGRAM);
    let dump = |kind: &str| run(folder.path(), &[&format!("--dump={kind}"), "module.wat"]);
    for (kind, part) in [("bytecode", "_start (arity 0"), ("ir", "\ni32_add\n"), ("c", "op_i32_add")] {
        let (stdout, stderr, status) = dump(kind);
        assert!(stdout.contains(part) && !stdout.contains("hello"), "{kind}: {stdout}{stderr}");
        assert_eq!(status, 0);
    }
    #[cfg(all(feature = "jit", any(target_arch = "x86_64", target_arch = "aarch64")))]
    assert!(dump("asm").0.starts_with("_start: "), "{}", dump("asm").1);
    let page = run(folder.path(), &["--explore=page.html", "module.wat"]);
    assert_eq!(page, ("wrote page.html\n".to_owned(), String::new(), 0));
    let html = std::fs::read_to_string(folder.path().join("page.html")).expect("it was written");
    assert!(html.contains("<h2>_start<small>") && html.contains("<h3>bytecode</h3>"), "{html}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_interrupts() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    // They print a line, so that the test knows that they run, and loop, sleep or wait for input.
    let looping = PROGRAM.replace("(call $exit (i32.const 7))", "(loop $again (br $again))");
    let sleeping = PROGRAM
        .replace("(memory", r#"(import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32))) (memory"#)
        .replace(
            "(call $exit (i32.const 7))",
            "(i64.store (i32.const 1024) (i64.const -1)) (drop (call $poll (i32.const 1000) (i32.const 2000) (i32.const 1) (i32.const 16)))",
        );
    let reading = PROGRAM
        .replace(
            "(memory",
            r#"(import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32))) (memory"#,
        )
        .replace(
            "(call $exit (i32.const 7))",
            "(drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))",
        );
    for (program, mode, message) in [
        (&looping, "off", "interrupted"),
        (&looping, "on", "interrupted"),
        (&sleeping, "off", ""),
        (&reading, "off", ""),
    ] {
        let folder = folder(program);
        let mut command = command(folder.path(), &[&format!("--jit={mode}"), "module.wat"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command runs");
        let _open = child.stdin.take();
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).unwrap();
        assert_eq!(line, "hello\n");
        let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("there is `kill`");
        assert!(killed.success());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains(message), "{stderr}");
        assert_eq!(output.status.code(), Some(130), "{stderr}");
    }
}
