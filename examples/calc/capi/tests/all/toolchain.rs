//! C sources and one of calc's libraries → a program, and its output.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The libraries that a static library needs on Linux, by `rustc --print native-static-libs`.
const LIBRARIES: [&str; 6] = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl"];

/// The environment variables that calc reads, which tests must not inherit.
const SETTINGS: [&str; 4] = ["MIMEO_JIT", "MIMEO_JIT_THRESHOLD", "MIMEO_STATS", "MIMEO_PERF"];

/// How a program is linked with the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Linking {
    Static,
    Dynamic,
    /// Static, to the library with an output function that panics.
    Panicking,
}

/// Returns the package's folder.
pub(crate) fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns cargo's folder for the libraries, which is that of the tests.
pub(crate) fn libraries() -> PathBuf {
    let tests = std::env::current_exe().expect("the test has a path");
    tests.parent().expect("it is in a folder").to_owned()
}

/// Returns the path of a temporary file.
pub(crate) fn temporary(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Whether a command exists.
pub(crate) fn is_there(command: &str) -> bool {
    Command::new(command).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Runs a command, which must succeed, and returns its standard output.
pub(crate) fn ok(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (stdout, stderr) = texts(&output);
    assert!(output.status.success(), "{command:?}: {}\n{stdout}{stderr}", output.status);
    stdout
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("programs write text");
    (text(&output.stdout), text(&output.stderr))
}

/// Compiles a source of the folder `tests`, with all warnings as errors, and links it.
pub(crate) fn compile(compiler: &[&str], source: &str, linking: Linking) -> PathBuf {
    let program = temporary(&format!("{source}-{}-{linking:?}", compiler[0]));
    let mut command = Command::new(compiler[0]);
    command.args(&compiler[1..]).args(["-g", "-Wall", "-Wextra", "-Werror", "-pedantic"]);
    command.arg("-I").arg(package().join("include")).arg(package().join("tests").join(source));
    // The language applies to the source, not to the library.
    command.args(["-x", "none"]).arg("-o").arg(&program);
    let folder = libraries();
    match linking {
        Linking::Static => command.arg(folder.join("libmimeocalc.a")).args(LIBRARIES),
        Linking::Dynamic => {
            let mut path = OsStr::new("-Wl,-rpath,").to_owned();
            path.push(&folder);
            command.arg("-L").arg(&folder).args(["-lmimeocalc", "-lpthread"]).arg(path)
        }
        Linking::Panicking => {
            let library = folder.with_file_name("examples").join("libpanicking.a");
            assert!(library.exists(), "cargo test builds the examples unless it is given the names of tests");
            command.arg(library).args(LIBRARIES)
        }
    };
    ok(&mut command);
    program
}

/// Returns a command with only these settings in its environment.
pub(crate) fn with_settings(command: impl AsRef<OsStr>, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(command);
    for name in SETTINGS {
        command.env_remove(name);
    }
    command.envs(settings.iter().copied());
    command
}
