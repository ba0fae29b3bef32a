//! An executable and a program → the program's [`Behaviour`], or an error of the process.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::{Behaviour, Mode, Program};

/// Environment variables that affect the command of a language.
const VARIABLES: [&str; 5] = ["MIMEO_JIT", "MIMEO_JIT_THRESHOLD", "MIMEO_STATS", "MIMEO_PERF", "MIMEO_TRACE"];

/// Whether a command can be run.
pub fn is_installed(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

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

/// Returns the option of a language's command for a mode. A lean command ignores it.
pub fn option(mode: &Mode) -> String {
    let mode = mode.jit.as_ref().map_or(mimeo::jit::Mode::On, |jit| jit.mode);
    format!("--jit={mode}")
}

/// Runs a program in its folder. It gets the argument in its field `check`, if it has one.
///
/// # Errors
///
/// If the command does not start.
pub fn output(mut command: Command, program: &Program) -> Result<Output, String> {
    let folder = program.path.parent().unwrap_or(Path::new("."));
    command.current_dir(folder).arg(program.file()).args(program.field("check"));
    command.output().map_err(|error| format!("`{}`: the command does not start: {error}", program.file()))
}

/// Runs a program as [`output`] does, by a command that exits with status 1 after an error.
///
/// # Errors
///
/// If the command does not start, or exits with another status.
pub fn run(command: Command, program: &Program) -> Result<Behaviour, String> {
    let output = output(command, program)?;
    let (stderr, file) = (String::from_utf8_lossy(&output.stderr), program.file());
    let error = program.language.error(&stderr, &file);
    if output.status.code() != Some(i32::from(error.is_some())) {
        return Err(format!("`{file}`: the command ended with {}: {stderr}", output.status));
    }
    Ok(Behaviour { output: output.stdout, error, events: None })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::program::{CALC, LUA_BENCHMARKS};

    fn run_by_shell(script: &str) -> Result<Behaviour, String> {
        let mut shell = command(&["env".to_owned()], Path::new("sh"));
        shell.args(["-c", script, "sh"]);
        run(shell, &CALC.programs(100)[0])
    }

    #[test]
    fn the_behaviour_of_a_process_is_captured() {
        assert_eq!(run_by_shell("echo 1"), Ok(Behaviour::new("1\n", &[""; 0])));
        let failing = run_by_shell("echo 1; echo $1:3:4: error: no >&2; exit 1");
        assert_eq!(failing, Ok(Behaviour::new("1\n", &["3:4: error: no"])));
        assert!(run_by_shell("exit 1").unwrap_err().contains("exit status: 1"));
        assert!(run_by_shell("echo a warning >&2").unwrap_err().contains("a warning"));
        let missing = run(command(&[""; 0], Path::new("no such executable")), &CALC.programs(100)[0]);
        assert!(missing.unwrap_err().contains("does not start"));
    }

    #[test]
    fn a_program_runs_in_its_folder_with_its_argument() {
        let benchmark = &LUA_BENCHMARKS.programs(10)[0];
        let mut shell = command(&[""; 0], Path::new("sh"));
        shell.args(["-c", "ls $1; echo $2", "sh"]);
        let file = benchmark.file();
        let argument = benchmark.field("check").expect("benchmarks have one");
        assert_eq!(run(shell, benchmark), Ok(Behaviour::new(format!("{file}\n{argument}\n"), &[""; 0])));
    }

    #[test]
    fn missing_programs_are_not_installed() {
        assert!(is_installed("env") && !is_installed("no such executable"));
    }

    #[test]
    fn modes_are_options_of_the_command() {
        let options = Mode::released().map(|mode| option(&mode));
        assert_eq!(options, ["--jit=auto", "--jit=on", "--jit=off", "--jit=on"]);
    }
}
