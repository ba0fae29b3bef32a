//! An executable and a program → the program's [`Behaviour`], or an error of the process.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Behaviour;

/// Environment variables that affect the command of a language.
const VARIABLES: [&str; 4] = ["MIMEO_JIT", "MIMEO_JIT_THRESHOLD", "MIMEO_STATS", "MIMEO_PERF"];

/// Returns the command that runs an executable, in the emulator that `runner` names, if any.
pub fn command(runner: &[impl AsRef<OsStr>], executable: &Path) -> Command {
    let mut command = match runner.split_first() {
        None => Command::new(executable),
        Some((runner, rest)) => {
            let mut command = Command::new(runner);
            command.args(rest).arg(executable);
            command
        }
    };
    for name in VARIABLES {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs a program by a command that prints errors as `FILE:LINE:COLUMN: error: what`, and then exits with status 1.
///
/// # Errors
///
/// If the command does not start, or exits with another status.
pub fn run(mut command: Command, file: &str) -> Result<Behaviour, String> {
    let output =
        command.arg(file).output().map_err(|error| format!("`{file}`: the command does not start: {error}"))?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    let place = format!("{file}:");
    let errors: Vec<&str> = stderr.lines().map(|line| line.strip_prefix(&place).unwrap_or(line)).collect();
    if output.status.code() != Some(i32::from(!errors.is_empty())) {
        return Err(format!("`{file}`: the command ended with {}: {stderr}", output.status));
    }
    Ok(Behaviour::new(output.stdout, &errors))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn run_by_shell(script: &str) -> Result<Behaviour, String> {
        let mut shell = command(&["env".to_owned()], Path::new("sh"));
        shell.args(["-c", script, "sh"]);
        run(shell, "a.calc")
    }

    #[test]
    fn the_behaviour_of_a_process_is_captured() {
        assert_eq!(run_by_shell("echo 1"), Ok(Behaviour::new("1\n", &[""; 0])));
        let failing = run_by_shell("echo 1; echo $1:3:4: error: no >&2; exit 1");
        assert_eq!(failing, Ok(Behaviour::new("1\n", &["3:4: error: no"])));
        assert!(run_by_shell("exit 1").unwrap_err().contains("exit status: 1"));
        assert!(run_by_shell("echo a warning >&2").unwrap_err().contains("a warning"));
        let missing = run(command(&[""; 0], Path::new("no such executable")), "a.calc");
        assert!(missing.unwrap_err().contains("does not start"));
    }
}
