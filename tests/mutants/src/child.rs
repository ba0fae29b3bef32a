//! A command and a time limit → how the command ended.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The result of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It succeeded.
    Passed,
    /// It failed, with the first failed test or the last line of output.
    Failed(String),
    /// It exceeded the time limit.
    Hung,
}

/// Limit of a program's address space, in KiB: a mutant can allocate without end.
const MEMORY: u32 = 8 << 20;

/// Wraps the command in a shell that limits its memory.
fn limited(command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -v {MEMORY}; exec \"$@\""), "sh"]);
    shell.arg(command.get_program()).args(command.get_args());
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell
}

/// Runs a command, and writes its output to a file.
pub fn run(command: Command, output: &Path, limit: Duration) -> End {
    let mut command = limited(&command);
    let file = File::create(output).and_then(|file| Ok((file.try_clone()?, file)));
    let (stdout, stderr) = match file {
        Ok(files) => files,
        Err(error) => return End::Failed(format!("cannot write `{}`: {error}", output.display())),
    };
    command.stdin(Stdio::null()).stdout(stdout).stderr(stderr).env("RUST_BACKTRACE", "0");
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return End::Failed(format!("the command does not start: {error}")),
    };
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return End::Passed,
            Ok(Some(status)) => return End::Failed(reason(output).unwrap_or_else(|| status.to_string())),
            Ok(None) if start.elapsed() < limit => sleep(Duration::from_millis(2)),
            Ok(None) | Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                return End::Hung;
            }
        }
    }
}

/// Returns the first test that failed, or else the last line.
fn reason(output: &Path) -> Option<String> {
    let text = String::from_utf8_lossy(&fs::read(output).ok()?).into_owned();
    let failed = text.lines().find_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"));
    failed.or_else(|| text.lines().last()).map(str::to_owned)
}
