//! Built programs → the outcomes of the stages that run them.

use mimeo_corpus::program::{self, Program};
use mimeo_corpus::runner::check;
use mimeo_corpus::{Language, Mode, process};
use serde_json::Value;

use crate::build::{Built, Programs};
use crate::tables::first_line;

/// The programs of the smoke stage, which native code runs without a gap.
const SMOKE: [(&str, &[&str]); 2] =
    [("calc", &["tour", "sieve", "hanoi", "mutual_recursion"]), ("Lua", &["fib", "sieve", "nbody", "closures_many"])];

/// Checks the capability of both commands of each language, then runs some programs in native code and checks the
/// statistics.
pub(crate) fn smoke(programs: &Programs) -> Result<String, String> {
    let mut found = Vec::new();
    for built in &programs.built {
        let native = [(&built.native, "native code: yes")].into_iter();
        for (executable, expected) in native.chain(built.lean.as_ref().map(|lean| (lean, "native code: no"))) {
            let output =
                programs.command(executable).arg("--capability").output().map_err(|error| error.to_string())?;
            if !output.stdout.starts_with(expected.as_bytes()) {
                let said = [output.stdout, output.stderr].concat();
                let said = first_line(&String::from_utf8_lossy(&said));
                return Err(format!("`--capability` prints `{said}` instead of `{expected}`"));
            }
        }
        found.push(smoke_of(programs, built)?);
    }
    Ok(found.join("; "))
}

/// Runs a language's programs of the smoke stage.
fn smoke_of(programs: &Programs, built: &Built) -> Result<String, String> {
    let (mut functions, mut entries) = (0, 0);
    let (language, names) = SMOKE.into_iter().find(|(name, _)| *name == built.language.name).ok_or("no programs")?;
    let corpus = corpus(built.language)?;
    for name in names {
        let program = corpus.iter().find(|program| program.name == *name);
        let program = program.ok_or_else(|| format!("{language} has no program `{name}`"))?;
        let mut command = programs.command(&built.native);
        command.args(["--jit=on", "--stats=json"]);
        let output = process::output(command, program)?;
        if output.stdout != program.expected.output {
            return Err(format!("{language}'s `{name}` printed {:?}", String::from_utf8_lossy(&output.stdout)));
        }
        let statistics = String::from_utf8_lossy(&output.stderr);
        let (compiled, entered) = native(&statistics).map_err(|reason| format!("{language}'s `{name}`: {reason}"))?;
        functions += compiled;
        entries += entered;
    }
    let names = names.join(", ");
    Ok(format!("{language}'s {names}: {functions} functions compiled, none with a gap, entered {entries} times"))
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

/// Runs the corpora of all languages in every mode, or with only the stencils in every mode that has native code: what
/// runs the rest is another target's.
pub(crate) fn parity(programs: &Programs, only_stencils: bool) -> Result<String, String> {
    let modes: Vec<Mode> =
        Mode::released().into_iter().filter(|mode| !only_stencils || mode.has_native_code()).collect();
    let mut counts = Vec::new();
    for built in &programs.built {
        let (corpus, left_out): (Vec<_>, Vec<_>) =
            corpus(built.language)?.into_iter().partition(|program| program.runs_on(programs.system));
        let runs = modes.iter().flat_map(|mode| corpus.iter().map(move |program| (program, mode)));
        let checked = check(runs, |program, mode| {
            let executable = if mode.jit.is_some() { Some(&built.native) } else { built.lean.as_ref() };
            let executable = executable.expect("only modes with native code run where no lean programs were built");
            let behaviour = programs.retried(|| {
                let mut command = programs.command(executable);
                command.arg(process::option(mode));
                process::run(command, program)
            });
            (behaviour.unwrap_or_else(|problem| panic!("{problem}")), ())
        });
        if let Some(first) = checked.wrong.first() {
            return Err(format!("{} runs of {} are wrong: {first}", checked.wrong.len(), built.language.name));
        }
        let mut count = format!("{} programs of {}", corpus.len(), built.language.name);
        if !left_out.is_empty() {
            let names: Vec<_> = left_out.iter().map(|program| format!("`{}`", program.file())).collect();
            count += &format!(" (without {}, which cannot run there)", names.join(", "));
        }
        counts.push(count);
    }
    let modes: Vec<&str> = modes.iter().map(|mode| mode.name.as_str()).collect();
    Ok(format!("{}, each in the modes {}", counts.join(" and "), modes.join(", ")))
}

/// Returns all programs of a language.
fn corpus(language: &Language) -> Result<Vec<Program>, String> {
    let mut programs = Vec::new();
    for corpus in program::ALL.iter().filter(|corpus| corpus.language == language) {
        programs.extend(corpus.read().map_err(|error| format!("cannot read the corpus: {error}"))?);
    }
    Ok(programs)
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
