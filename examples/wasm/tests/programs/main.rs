//! Programs in C and Rust, compiled for WASI and for this machine, print the same in every mode.

mod compiler;
mod lua;
mod rust;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use compiler::{Target, compile};
use tempfile::TempDir;

/// The modes of native code.
const MODES: [&str; 3] = ["off", "on", "auto"];

/// What a program did: its output, its error output and its exit status.
#[derive(Debug, PartialEq, Eq)]
struct Behaviour {
    stdout: String,
    stderr: String,
    status: Option<i32>,
}

impl Behaviour {
    /// Runs a command with an empty environment in a folder, with this standard input.
    fn of(command: &mut Command, folder: &Path, input: &str) -> Behaviour {
        let command = command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("the program reads its input");
        let Output { stdout, stderr, status } = child.wait_with_output().expect("the command ends");
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Behaviour { stdout: text(&stdout), stderr: text(&stderr), status: status.code() }
    }
}

/// Creates a folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("the folder can be written");
    }
    folder
}

/// Checks that a program does the same in every mode as on this machine, each time in a folder with these files.
#[track_caller]
fn check(wasm: &Path, native: &Path, args: &[&str], input: &str, files: &[(&str, &str)]) -> Behaviour {
    let environment = [("GREETING", "hello, world"), ("EMPTY", ""), ("TZ", "UTC0")];
    let own = folder(files);
    let mut command = Command::new(native);
    command.args(args).env_clear().envs(environment);
    let expected = Behaviour::of(&mut command, own.path(), input);
    for mode in MODES {
        let own = folder(files);
        let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo-wasm"));
        command.arg(format!("--jit={mode}")).arg("--dir=.");
        for (name, value) in environment {
            command.arg(format!("--env={name}={value}"));
        }
        command.arg(wasm).args(args);
        assert_eq!(Behaviour::of(&mut command, own.path(), input), expected, "{mode}");
    }
    expected
}

/// Compiles a program of this folder, and checks that it ends with a status.
#[track_caller]
fn run(name: &str, args: &[&str], input: &str, status: i32) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(name).with_extension("c");
    let build = tempfile::tempdir().expect("a temporary folder");
    let [wasm, native] = Target::ALL.map(|target| {
        let program = build.path().join(target.name());
        compile(target, &[&source], &[], &program);
        program
    });
    let behaviour = check(&wasm, &native, args, input, &[]);
    assert_eq!(behaviour.status, Some(status), "{behaviour:?}");
    assert!(behaviour.stdout.lines().count() > 3, "{behaviour:?}");
}

#[test]
fn files() {
    run("files", &[], "", 0);
}

#[test]
fn format() {
    run("format", &[], "", 0);
}

#[test]
fn memory() {
    run("memory", &[], "", 0);
}

#[test]
fn numeric() {
    run("numeric", &[], "", 0);
}

#[test]
fn system() {
    run("system", &["one", "", "two words"], "first line\nsecond line", 44);
}

#[test]
fn every_program_has_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let names = fs::read_dir(&folder).expect("a folder of the tree").map(|entry| entry.unwrap().file_name());
    let names = names.filter_map(|name| name.to_string_lossy().strip_suffix(".c").map(str::to_owned));
    let main = fs::read_to_string(folder.join("main.rs")).expect("this file");
    for name in names {
        assert!(main.contains(&format!("run(\"{name}\"")), "{name}.c has no test");
    }
}
