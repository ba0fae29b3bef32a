//! Every program in `programs` does what its comments say, in every mode. `//> TEXT` is a line of
//! output, and `//! LINE:COLUMN: error: MESSAGE` an error.

use std::fs;
use std::path::Path;

use mimeo::jit::{Gaps, HasJit as _, Jit, JitConfig, Mode};
use mimeo::{InstructionSet as _, Limits};
use mimeo_shell::{Language as _, Output, Text};
use my_lang::glue::session::Session;
use my_lang::language::ops::ops::Ops;

/// Runs every program under a configuration, and returns how many there are.
#[track_caller]
fn check(mode: &str, jit: JitConfig) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("there are programs").flatten() {
        let (name, text) = (entry.file_name(), fs::read_to_string(entry.path()).expect("a text"));
        let name = name.to_string_lossy().into_owned();
        let lines = text.lines();
        let expected: Vec<String> = lines
            .filter_map(|line| line.strip_prefix("//> ").or(line.strip_prefix("//! ")))
            .map(str::to_owned)
            .collect();
        let found = run(&Text { name: name.clone(), text: text.clone() }, jit.clone());
        assert_eq!(found, expected, "{name}, {mode}");
        count += 1;
    }
    count
}

/// Runs a program, and returns its output and then its error.
fn run(text: &Text, jit: JitConfig) -> Vec<String> {
    let mut session = Session::new(jit, Limits::default(), Output::memory());
    let reason = session.machine.jit().and_then(Jit::unavailable);
    assert!(reason.is_none(), "no native code: {reason:?}");
    let errors = match session.load(text) {
        Ok((linked, chunk)) => session.run(linked, chunk).err().map(|trap| text.of_trap(&trap)).into_iter().collect(),
        Err(errors) => errors,
    };
    let output = String::from_utf8_lossy(session.machine.vm().host.output.written());
    output.lines().map(str::to_owned).chain(errors.iter().map(|error| error.to_string())).collect()
}

fn native() -> JitConfig {
    JitConfig::new(Mode::On)
}

#[test]
fn interpreted() {
    assert!(check("interpreted", JitConfig::new(Mode::Off)) > 0);
}

#[test]
fn native_from_the_start() {
    check("native", native());
}

#[test]
fn native_once_hot() {
    check("hot", JitConfig::new(Mode::Auto).with_threshold(2));
}

#[test]
fn left_at_every_op() {
    check("left", native().with_gaps(Gaps::everywhere()));
}

#[test]
fn left_at_one_op() {
    for op in Ops::OPS {
        let mode = format!("without `{}`", op.name);
        check(&mode, native().with_gaps(Gaps::at([op.name])));
    }
}
