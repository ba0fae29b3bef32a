//! Built programs → the outcomes of the stages that run them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::build::Programs;
use crate::tables::first_line;

/// The programs of the smoke stage.
const SMOKE: [&str; 4] = ["tour", "sieve", "hanoi", "mutual_recursion"];

/// Where calc and its corpus are, from the root of the tree.
const CALC: &str = "examples/calc";

/// What a program prints, and how it ends.
#[derive(Debug, PartialEq, Eq)]
struct Behaviour {
    output: String,
    errors: String,
    status: Option<i32>,
}

impl Behaviour {
    /// What is written in the program: the lines behind `//> ` and `//! `.
    fn expected(file: &str, text: &str) -> Behaviour {
        let lines = |mark: &str, prefix: &str| -> String {
            let marked = text.lines().filter_map(|line| line.strip_prefix(mark));
            marked.map(|line| format!("{prefix}{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
        };
        let errors = lines("//!", &format!("{file}:"));
        Behaviour { output: lines("//>", ""), status: Some(i32::from(!errors.is_empty())), errors }
    }

    /// The first thing that differs.
    fn difference(&self, expected: &Behaviour) -> Option<String> {
        let pairs = [(&self.output, &expected.output), (&self.errors, &expected.errors)];
        let differs = |found: &str, expected: &str| {
            let lines = expected.lines().map(Some).chain(std::iter::repeat(None));
            let mut pairs = found.lines().map(Some).chain([None]).zip(lines);
            let (found, expected) = pairs.find(|(found, expected)| found != expected).unwrap_or_default();
            format!("it printed {found:?} instead of {expected:?}")
        };
        match pairs.iter().find(|(found, expected)| found != expected) {
            Some((found, expected)) => Some(differs(found, expected)),
            None if self.status != expected.status => Some(format!("its status was {:?}", self.status)),
            None => None,
        }
    }
}

fn run(programs: &Programs, program: &Path, root: &Path, args: &[&str]) -> Result<Behaviour, String> {
    let mut command = programs.command(program);
    command.current_dir(root.join(CALC)).args(args).stdin(Stdio::null());
    let output = command.output().map_err(|error| format!("the program does not start: {error}"))?;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| format!("{args:?}: what it printed is no text"));
    Ok(Behaviour { output: text(output.stdout)?, errors: text(output.stderr)?, status: output.status.code() })
}

/// Says what the two programs can do, then runs some programs natively and looks at the statistics.
pub(crate) fn smoke(programs: &Programs, root: &Path) -> Result<String, String> {
    for (program, expected) in [(&programs.native, "native code: yes"), (&programs.lean, "native code: no")] {
        let found = run(programs, program, root, &["--capability"])?;
        if !found.output.starts_with(expected) {
            let said = first_line(&format!("{}\n{}", found.output, found.errors));
            return Err(format!("`--capability` says `{said}` instead of `{expected}`"));
        }
    }
    let (mut functions, mut entries) = (0, 0);
    for name in SMOKE {
        let (file, text) = program(root, name)?;
        let found = run(programs, &programs.native, root, &["--jit=on", "--stats=json", &file])?;
        let expected = Behaviour { errors: found.errors.clone(), ..Behaviour::expected(&file, &text) };
        if let Some(difference) = found.difference(&expected) {
            return Err(format!("`{file}`: {difference}"));
        }
        let (compiled, entered) = native(&found.errors).map_err(|reason| format!("`{file}`: {reason}"))?;
        functions += compiled;
        entries += entered;
    }
    Ok(format!("{}: {functions} functions compiled, none with a gap, entered {entries} times", SMOKE.join(", ")))
}

/// Functions compiled and native code entered, if that is all there was.
fn native(statistics: &str) -> Result<(u64, u64), String> {
    let json: Value = serde_json::from_str(statistics).map_err(|error| format!("the statistics: {error}"))?;
    let number =
        |path: &str| json.pointer(path).and_then(Value::as_u64).ok_or(format!("no `{path}` in the statistics"));
    for path in ["/functions/ok_with_deopt", "/functions/blocked", "/functions/left_to_interpreter"] {
        if number(path)? != 0 {
            return Err(format!("`{path}` is {}", number(path)?));
        }
    }
    let (compiled, entered) = (number("/functions/ok")?, number("/switches/entered/call")?);
    match compiled > 0 && entered > 0 {
        true => Ok((compiled, entered)),
        false => Err("nothing ran natively".to_owned()),
    }
}

/// Runs the whole corpus in every mode.
pub(crate) fn parity(programs: &Programs, root: &Path) -> Result<String, String> {
    let names = corpus(root)?;
    for (mode, program_of_mode, option) in [
        ("auto", &programs.native, "--jit=auto"),
        ("on", &programs.native, "--jit=on"),
        ("off", &programs.native, "--jit=off"),
        ("lean", &programs.lean, "--jit=auto"),
    ] {
        for name in &names {
            let (file, text) = program(root, name)?;
            let found = run(programs, program_of_mode, root, &[option, &file])?;
            if let Some(difference) = found.difference(&Behaviour::expected(&file, &text)) {
                return Err(format!("`{file}`, {mode}: {difference}"));
            }
        }
    }
    Ok(format!("{} programs with auto, on, off and lean", names.len()))
}

/// A program's path from calc's folder, and its text.
fn program(root: &Path, name: &str) -> Result<(String, String), String> {
    let file = format!("programs/{name}.calc");
    let path: PathBuf = root.join(CALC).join(&file);
    let text = fs::read_to_string(&path).map_err(|error| format!("cannot read `{file}`: {error}"))?;
    Ok((file, text))
}

fn corpus(root: &Path) -> Result<Vec<String>, String> {
    let folder = fs::read_dir(root.join(CALC).join("programs")).map_err(|error| format!("no corpus: {error}"))?;
    let names = folder.flatten().filter_map(|entry| {
        let path = entry.path();
        let is_program = path.extension().is_some_and(|extension| extension == "calc");
        is_program.then(|| path.file_stem().unwrap_or_default().to_string_lossy().into_owned())
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    match names.is_empty() {
        true => Err("the corpus is empty".to_owned()),
        false => Ok(names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behaviour(output: &str, errors: &str, status: i32) -> Behaviour {
        Behaviour { output: output.to_owned(), errors: errors.to_owned(), status: Some(status) }
    }

    #[test]
    fn a_program_says_what_it_does() {
        let text = "print 1; //> is code\n//> 1\n//>\n//! 3:4: error: no\n";
        let expected = behaviour("1\n\n", "p.calc:3:4: error: no\n", 1);
        assert_eq!(Behaviour::expected("p.calc", text), expected);
        assert_eq!(Behaviour::expected("p.calc", "//> 2\n"), behaviour("2\n", "", 0));
    }

    #[test]
    fn every_difference_is_seen() {
        let expected = behaviour("1\n2\n", "", 0);
        assert_eq!(expected.difference(&behaviour("1\n2\n", "", 0)), None);
        let difference = |output, errors, status| behaviour(output, errors, status).difference(&expected).unwrap();
        assert_eq!(difference("1\n3\n", "", 0), "it printed Some(\"3\") instead of Some(\"2\")");
        assert_eq!(difference("1\n", "", 0), "it printed None instead of Some(\"2\")");
        assert_eq!(difference("1\n2\n", "x", 0), "it printed Some(\"x\") instead of None");
        assert_eq!(difference("1\n2\n", "", 1), "its status was Some(1)");
        assert!(behaviour("1\r\n2\r\n", "", 0).difference(&expected).is_some(), "byte for byte");
    }

    #[test]
    fn statistics_without_native_code_are_a_failure() {
        let with = |ok: u64, blocked: u64, entered: u64| {
            let functions =
                format!(r#"{{"ok": {ok}, "ok_with_deopt": 0, "blocked": {blocked}, "left_to_interpreter": 0}}"#);
            native(&format!(r#"{{"functions": {functions}, "switches": {{"entered": {{"call": {entered}}}}}}}"#))
        };
        assert_eq!(with(3, 0, 4), Ok((3, 4)));
        assert_eq!(with(3, 1, 4).unwrap_err(), "`/functions/blocked` is 1");
        assert_eq!(with(0, 0, 0).unwrap_err(), "nothing ran natively");
        assert!(native("").is_err());
    }
}
