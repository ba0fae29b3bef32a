//! Runs of the command, for tests.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// Runs the command, and returns what it printed, its errors, and whether it succeeded.
pub fn run(arguments: &[&str], input: &str) -> (String, String, bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_my-lang"));
    command.args(arguments).env(HISTORY, "");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("the command ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.success())
}

/// The variable for the file with the history of sessions.
const HISTORY: &str = "MY_LANG_HISTORY";
