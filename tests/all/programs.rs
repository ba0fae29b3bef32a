//! Every program of calc's corpus, in every mode: the output is the one written in the file, byte for byte.

use std::path::{Path, PathBuf};

use calc::{Options, Session};
use mimeo::InstructionSet;
use mimeo::jit::{Gaps, Jit, JitConfig, Mode};

use crate::output::Output;

/// What a program prints, and the errors it ends with (`LINE:COLUMN: error: what`).
#[derive(Debug, PartialEq, Eq)]
struct Behaviour {
    output: String,
    errors: Vec<String>,
}

fn corpus() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/calc/programs");
    let mut programs: Vec<_> = std::fs::read_dir(folder)
        .expect("the corpus is there")
        .map(|entry| entry.expect("its entries can be read").path())
        .map(|path| (path.clone(), std::fs::read_to_string(path).expect("a program is text")))
        .collect();
    programs.sort();
    assert!(programs.len() >= 100, "the corpus has {} programs", programs.len());
    programs
}

/// The lines behind `//> ` and `//! `.
fn expected(text: &str) -> Behaviour {
    let lines = |prefix| text.lines().filter_map(move |line: &str| line.strip_prefix(prefix));
    let output = lines("//>").map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned() + "\n").collect();
    let errors = lines("//!").map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()).collect();
    Behaviour { output, errors }
}

fn run(text: &str, options: Options) -> Behaviour {
    let program = match calc::compile(text) {
        Ok(program) => program,
        Err(errors) => {
            let errors = errors.iter().map(|error| format!("{}: error: {}", error.position, error.message)).collect();
            return Behaviour { output: String::new(), errors };
        }
    };
    let out = Output::default();
    let wants_jit = options.jit.is_some();
    let mut session = Session::new(&program, options, Box::new(out.clone()));
    let reason = session.jit().and_then(Jit::unavailable);
    assert!(session.jit().is_some() == wants_jit && reason.is_none(), "{reason:?}");
    let errors = match session.run() {
        Ok(()) => Vec::new(),
        Err(error) => vec![format!("{}: error: {}", error.position, error.message)],
    };
    Behaviour { output: out.text(), errors }
}

fn check_corpus(what: &str, options: &Options, skip: impl Fn(&str) -> bool) {
    for (path, text) in corpus() {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !skip(&name) {
            assert_eq!(run(&text, options.clone()), expected(&text), "{name}, {what}");
        }
    }
}

fn jit(config: JitConfig) -> Options {
    Options { jit: Some(config), ..Options::default() }
}

#[test]
fn interpreter() {
    check_corpus("interpreter", &Options::default(), |_| false);
}

#[test]
fn forced_native() {
    check_corpus("on", &jit(JitConfig::new(Mode::On)), |_| false);
}

#[test]
fn never_native() {
    check_corpus("off", &jit(JitConfig::new(Mode::Off)), |_| false);
}

#[test]
fn tier_up() {
    for threshold in [1, 2, 10] {
        let config = JitConfig::new(Mode::Auto).with_threshold(threshold);
        check_corpus(&format!("auto after {threshold}"), &jit(config), |_| false);
    }
}

/// Programs that take long when every op leaves native code.
fn is_long(name: &str) -> bool {
    ["fib", "tour", "takeuchi", "mandelbrot", "primes", "queens", "pythagoras"].contains(&name)
}

#[test]
fn deopt_at_every_op() {
    let config = JitConfig::new(Mode::On).with_gaps(Gaps::everywhere());
    check_corpus("deopt everywhere", &jit(config), is_long);
}

#[test]
fn each_stencil_removed_in_turn() {
    for op in calc::ops::ops::Ops::OPS {
        let config = JitConfig::new(Mode::On).with_gaps(Gaps::at([op.name]));
        check_corpus(&format!("without `{}`", op.name), &jit(config), is_long);
    }
}
