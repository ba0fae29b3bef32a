//! The programs of calc's corpus → [`Sample`]s with their [`Behaviour`], expected and real.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use calc::{Options, Session};
use mimeo::jit::{Jit, JitConfig, Stats};

/// A program of the corpus.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// What a program prints, and the errors it ends with (`LINE:COLUMN: error: what`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Behaviour {
    pub(crate) output: Vec<u8>,
    pub(crate) errors: Vec<String>,
}

/// The whole corpus, sorted by name.
pub(crate) fn programs() -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/calc/programs");
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut samples: Vec<Sample> = entries
        .map(|entry| entry.expect("an entry of a folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "calc"))
        .map(|path| Sample {
            name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            text: std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
            path,
        })
        .collect();
    samples.sort_by(|one, other| one.name.cmp(&other.name));
    samples
}

impl Sample {
    /// What the lines behind `//>` and `//!` say.
    pub(crate) fn expected(&self) -> Behaviour {
        let lines = |prefix| {
            let found = self.text.lines().filter_map(move |line: &str| line.strip_prefix(prefix));
            found.map(|line: &str| line.strip_prefix(' ').unwrap_or(line).to_owned())
        };
        let output: String = lines("//>").map(|line| line + "\n").collect();
        Behaviour { output: output.into_bytes(), errors: lines("//!").collect() }
    }

    /// Runs it in this process.
    pub(crate) fn run(&self, config: Option<JitConfig>) -> (Behaviour, Stats) {
        let program = match calc::compile(&self.text) {
            Ok(program) => program,
            Err(errors) => {
                let errors = errors.iter().map(|error| format!("{}: error: {}", error.position, error.message));
                return (Behaviour { errors: errors.collect(), ..Behaviour::default() }, Stats::default());
            }
        };
        let out = Captured::default();
        let options = Options { jit: config, ..Options::default() };
        let mut session = Session::new(&program, options, Box::new(out.clone()));
        let errors = match session.run() {
            Ok(()) => Vec::new(),
            Err(error) => vec![format!("{}: error: {}", error.position, error.message)],
        };
        let stats = session.jit().map(Jit::stats).unwrap_or_default();
        (Behaviour { output: out.bytes(), errors }, stats)
    }
}

/// What a program prints, kept; a clone can be read while a machine owns the other.
#[derive(Clone, Default)]
pub(crate) struct Captured(Rc<RefCell<Vec<u8>>>);

impl Captured {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.borrow().clone()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One program under one name of a mode, beside what it should do.
pub(crate) struct Compared {
    pub(crate) program: String,
    pub(crate) mode: String,
    pub(crate) expected: Behaviour,
    pub(crate) found: Behaviour,
}

/// Whatever is not what it should be, byte for byte.
pub(crate) fn differences(compared: &[Compared]) -> Vec<String> {
    let differ = compared.iter().filter(|compared| compared.expected != compared.found);
    differ
        .map(|Compared { program, mode, expected, found }| {
            if expected.output != found.output {
                let at = expected.output.iter().zip(&found.output).take_while(|(one, other)| one == other).count();
                format!(
                    "`{program}`, {mode}: output differs at byte {at}; it has {} bytes and should have {}; errors {:?}",
                    found.output.len(),
                    expected.output.len(),
                    found.errors
                )
            } else {
                format!("`{program}`, {mode}: errors are {:?} and should be {:?}", found.errors, expected.errors)
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_is_in_the_text() {
        let text = "//> 7\n//>\n//! 3:1: error: it is\nprint 7;\n".to_owned();
        let sample = Sample { name: "it".into(), path: PathBuf::new(), text };
        let expected = Behaviour { output: b"7\n\n".to_vec(), errors: vec!["3:1: error: it is".into()] };
        assert_eq!(sample.expected(), expected);
        let (found, _) = sample.run(None);
        assert_eq!(found, Behaviour { output: b"7\n".to_vec(), errors: Vec::new() });
        assert!(programs().len() >= 100);
    }

    #[test]
    fn one_byte_is_a_difference() {
        let behaviour = |output: &[u8], errors: &[&str]| Behaviour {
            output: output.to_vec(),
            errors: errors.iter().map(|&error| error.to_owned()).collect(),
        };
        let compared =
            |found| Compared { program: "p".into(), mode: "on".into(), expected: behaviour(b"12\n", &[]), found };
        assert!(differences(&[compared(behaviour(b"12\n", &[]))]).is_empty());
        let bad = [behaviour(b"13\n", &[]), behaviour(b"12", &[]), behaviour(b"12\n", &["1:1: error: x"])];
        let texts = differences(&bad.map(compared));
        assert_eq!(texts.len(), 3);
        assert_eq!(texts[0], "`p`, on: output differs at byte 1; it has 3 bytes and should have 3; errors []");
        assert_eq!(texts[2], "`p`, on: errors are [\"1:1: error: x\"] and should be []");
    }
}
