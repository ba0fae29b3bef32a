//! A command → how it ended, within a time limit.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With success.
    Passed,
    /// Without: what it said last, or the test that failed.
    Failed(String),
    /// It did not, in time.
    Hung,
}

/// Kilobytes of addresses that a program may use: a mutant can want memory without end.
const MEMORY: u32 = 8 << 20;

/// The command, in a shell that limits its memory and then becomes it.
fn limited(command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -v {MEMORY}; exec \"$@\""), "sh"]);
    shell.arg(command.get_program()).args(command.get_args());
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell
}

/// Runs a command, with its output in a file.
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
        Err(error) => return End::Failed(format!("it does not start: {error}")),
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

/// The first test that failed, or the last line.
fn reason(output: &Path) -> Option<String> {
    let text = String::from_utf8_lossy(&fs::read(output).ok()?).into_owned();
    let failed = text.lines().find_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"));
    failed.or_else(|| text.lines().last()).map(str::to_owned)
}
