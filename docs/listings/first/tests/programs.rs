//! Every program in `programs` does what its comments say, in every mode: `\> LINE` is output, and
//! `\! LINE:COLUMN: error: MESSAGE` an error.

// ANCHOR: programs
use std::fs;
use std::path::Path;

use first::session::Session;
use mimeo::Limits;
use mimeo::jit::{Gaps, HasJit as _, Jit, JitConfig, Mode};
use mimeo_shell::{Language as _, Output, Text};

/// Runs a program, and returns its output and its error.
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

#[track_caller]
fn check(jit: JitConfig) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    let programs: Vec<_> = fs::read_dir(folder).expect("there are programs").flatten().collect();
    assert!(programs.len() >= 2);
    for entry in programs {
        let (name, text) = (entry.file_name(), fs::read_to_string(entry.path()).expect("a text"));
        let name = name.to_string_lossy().into_owned();
        let expected = |line: &str| line.strip_prefix("\\> ").or(line.strip_prefix("\\! ")).map(str::to_owned);
        let expected: Vec<String> = text.lines().filter_map(expected).collect();
        assert_eq!(run(&Text { name: name.clone(), text: text.clone() }, jit.clone()), expected, "{name}");
    }
}

#[test]
fn interpreted() {
    check(JitConfig::new(Mode::Off));
}

#[test]
fn native() {
    check(JitConfig::new(Mode::On));
}

#[test]
fn native_once_hot() {
    check(JitConfig::new(Mode::Auto).with_threshold(2));
}

#[test]
fn native_code_is_left_at_every_op() {
    check(JitConfig::new(Mode::On).with_gaps(Gaps::everywhere()));
}
// ANCHOR_END: programs

// ANCHOR: mistakes
#[test]
fn mistakes_have_a_place() {
    let cases = [
        ("1 +", "1:3: error: this takes 2 from the stack, which has 1"),
        ("1 2 plus", "1:5: error: unknown word `plus`"),
        ("1 if 2 else then", "1:13: error: one branch ends with a stack of 1, the other with 0"),
        ("begin 1 while 2 repeat", "1:17: error: the loop begins with a stack of 0 and ends with 1"),
        (": f ( n ) n", "1:11: error: expected `;` before the end"),
        ("1 . then", "1:5: error: nothing that `then` could end is open"),
        ("1 ->", "1:3: error: expected a name after `->`"),
    ];
    for (text, expected) in cases {
        let text = Text { name: "case".to_owned(), text: text.to_owned() };
        assert_eq!(run(&text, JitConfig::new(Mode::Off)), [expected], "{}", text.text);
    }
}
// ANCHOR_END: mistakes
