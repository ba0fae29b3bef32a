//! A command line of `mimeo-lua` → its output and exit status.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The output and the exit status of a run.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub stdout: String,
    pub stderr: String,
    pub status: i32,
}

/// Returns the outcome of a successful run that prints only this.
pub fn ok(stdout: &str) -> Outcome {
    Outcome { stdout: stdout.to_owned(), stderr: String::new(), status: 0 }
}

/// Returns the command in a fixed environment.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo-lua"));
    for name in ["MIMEO_JIT", "MIMEO_JIT_THRESHOLD", "MIMEO_STATS", "MIMEO_PERF", "MIMEO_TRACE", "LUA_INIT"] {
        command.env_remove(name);
    }
    command.env("MIMEO_LUA_HISTORY", "").args(args).current_dir(env!("CARGO_TARGET_TMPDIR"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command with bytes on standard input.
pub fn finish(mut command: Command, input: &[u8]) -> Outcome {
    let mut child = command.spawn().expect("the command starts");
    // A command that does not read its input may have ended already.
    let _unread = child.stdin.take().expect("a pipe").write_all(input);
    let output = child.wait_with_output().expect("the command ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the command writes text");
    let status = output.status.code().expect("no signal");
    Outcome { stdout: text(output.stdout), stderr: text(output.stderr), status }
}

/// Runs the command with these arguments.
pub fn lua(args: &[&str], input: &[u8]) -> Outcome {
    finish(command(args), input)
}

/// Runs the command with environment variables.
pub fn lua_with(variables: &[(&str, &str)], args: &[&str]) -> Outcome {
    let mut command = command(args);
    command.envs(variables.iter().copied());
    finish(command, b"")
}

/// Creates a file in the directory in which the command runs.
pub fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("the folder for temporary files can be written");
    path
}

/// Returns the error without its traceback, after checking the output.
pub fn failed(outcome: &Outcome, stdout: &str) -> String {
    assert_eq!((outcome.stdout.as_str(), outcome.status), (stdout, 1), "{outcome:?}");
    let error = outcome.stderr.strip_prefix("mimeo-lua: ").unwrap_or_else(|| panic!("{outcome:?}"));
    error.split("\nstack traceback:\n").next().unwrap_or(error).trim_end_matches('\n').to_owned()
}
