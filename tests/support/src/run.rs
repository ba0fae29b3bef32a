//! Built programs → the outcomes of the stages that run them.

use std::path::Path;
use std::process::{Command, Output};

use mimeo_corpus::process;
use mimeo_corpus::program::{CALC, Program};
use mimeo_corpus::runner::check;
use serde_json::Value;

use crate::build::Programs;
use crate::tables::first_line;

/// The programs of the smoke stage.
const SMOKE: [&str; 4] = ["tour", "sieve", "hanoi", "mutual_recursion"];

/// Returns a command that runs an executable in calc's folder, where programs have the same relative path on every
/// system.
fn command(programs: &Programs, executable: &Path, options: &[&str]) -> Command {
    let mut command = programs.command(executable);
    command.current_dir(CALC.folder().join("..")).args(options);
    command
}

/// Returns a program's path relative to calc's folder.
fn file(program: &Program) -> String {
    format!("programs/{}.calc", program.name)
}

fn output(mut command: Command) -> Result<Output, String> {
    command.output().map_err(|error| format!("cannot start the program: {error}"))
}

/// Checks the capability of both executables, then runs some programs in native code and checks the statistics.
pub(crate) fn smoke(programs: &Programs) -> Result<String, String> {
    for (executable, expected) in [(&programs.native, "native code: yes"), (&programs.lean, "native code: no")] {
        let found = output(command(programs, executable, &["--capability"]))?;
        if !found.stdout.starts_with(expected.as_bytes()) {
            let said = [found.stdout, found.stderr].concat();
            let said = first_line(&String::from_utf8_lossy(&said));
            return Err(format!("`--capability` prints `{said}` instead of `{expected}`"));
        }
    }
    let (mut functions, mut entries) = (0, 0);
    let corpus = corpus()?;
    for program in corpus.iter().filter(|program| SMOKE.contains(&&*program.name)) {
        let file = file(program);
        let found = output(command(programs, &programs.native, &["--jit=on", "--stats=json", &file]))?;
        if found.stdout != program.expected.output {
            return Err(format!("`{file}` printed {:?}", String::from_utf8_lossy(&found.stdout)));
        }
        let statistics = String::from_utf8_lossy(&found.stderr);
        let (compiled, entered) = native(&statistics).map_err(|reason| format!("`{file}`: {reason}"))?;
        functions += compiled;
        entries += entered;
    }
    Ok(format!("{}: {functions} functions compiled, none with a gap, entered {entries} times", SMOKE.join(", ")))
}

/// Returns the number of compiled functions and of entries into native code, if nothing was interpreted.
fn native(statistics: &str) -> Result<(u64, u64), String> {
    let json: Value = serde_json::from_str(statistics).map_err(|error| format!("invalid statistics: {error}"))?;
    let number =
        |path: &str| json.pointer(path).and_then(Value::as_u64).ok_or(format!("`{path}` is missing in the statistics"));
    for path in ["/functions/ok_with_deopt", "/functions/blocked", "/functions/left_to_interpreter"] {
        if number(path)? != 0 {
            return Err(format!("`{path}` is {}", number(path)?));
        }
    }
    let (compiled, entered) = (number("/functions/ok")?, number("/switches/entered/call")?);
    match compiled > 0 && entered > 0 {
        true => Ok((compiled, entered)),
        false => Err("no native code ran".to_owned()),
    }
}

/// Runs the whole corpus in every mode.
pub(crate) fn parity(programs: &Programs) -> Result<String, String> {
    let corpus = corpus()?;
    let modes = [
        ("auto", &programs.native, "--jit=auto"),
        ("on", &programs.native, "--jit=on"),
        ("off", &programs.native, "--jit=off"),
        ("lean", &programs.lean, "--jit=auto"),
    ];
    for (mode, executable, option) in modes {
        let checked = check(corpus.iter().map(|program| (program, mode)), |program, _| {
            let command = command(programs, executable, &[option]);
            (process::run(command, &file(program)).unwrap_or_else(|problem| panic!("{problem}")), ())
        });
        if let Some(first) = checked.wrong.first() {
            return Err(first.clone());
        }
    }
    Ok(format!("{} programs with auto, on, off and lean", corpus.len()))
}

fn corpus() -> Result<Vec<Program>, String> {
    match CALC.read() {
        Ok(corpus) if SMOKE.iter().all(|name| corpus.iter().any(|program| program.name == *name)) => Ok(corpus),
        Ok(_) => Err("the corpus is incomplete".to_owned()),
        Err(error) => Err(format!("cannot read the corpus: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_without_native_code_are_a_failure() {
        let with = |ok: u64, blocked: u64, entered: u64| {
            let functions =
                format!(r#"{{"ok": {ok}, "ok_with_deopt": 0, "blocked": {blocked}, "left_to_interpreter": 0}}"#);
            native(&format!(r#"{{"functions": {functions}, "switches": {{"entered": {{"call": {entered}}}}}}}"#))
        };
        assert_eq!(with(3, 0, 4), Ok((3, 4)));
        assert_eq!(with(3, 1, 4).unwrap_err(), "`/functions/blocked` is 1");
        assert_eq!(with(0, 0, 0).unwrap_err(), "no native code ran");
        assert!(native("").is_err());
    }
}
