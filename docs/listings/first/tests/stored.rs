//! Programs are compiled once, and run later from a file.

use std::fs;
use std::path::Path;

use first::compile::compile;
use first::ops::ops::Program;
use first::session::Session;
use mimeo::jit::{JitConfig, Mode};
use mimeo::{Limits, PlainConstants, ReadError};
use mimeo_shell::{Language as _, Output, Text};

// ANCHOR: write
/// Compiles a text into a file.
fn write(text: &Text, file: &Path) {
    let program = compile(text).expect("it has no mistakes");
    fs::write(file, program.to_bytes(&mut PlainConstants)).expect("there is room");
}

/// Runs what is in a file.
fn run(file: &Path, mode: Mode) -> Result<String, ReadError> {
    let bytes = fs::read(file).expect("it was written");
    let program = Program::from_bytes(&bytes, &mut PlainConstants)?;
    let mut session = Session::new(JitConfig::new(mode), Limits::default(), Output::memory());
    let linked = session.machine.load(&program).expect("programs need no index space");
    session.run(linked, ()).expect("it does not fail");
    Ok(String::from_utf8_lossy(session.machine.vm().host.output.written()).into_owned())
}
// ANCHOR_END: write

#[test]
fn a_program_is_compiled_once() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fib.bytes");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs/fib.first");
    let text = fs::read_to_string(source).expect("a program");
    let expected: String =
        text.lines().filter_map(|line| line.strip_prefix("\\> ")).map(|line| format!("{line}\n")).collect();
    assert!(!expected.is_empty());
    write(&Text { name: "fib.first".to_owned(), text }, &file);
    for mode in [Mode::Off, Mode::Auto, Mode::On] {
        assert_eq!(run(&file, mode).as_ref(), Ok(&expected));
    }
    // A file that was damaged on its way.
    let mut bytes = fs::read(&file).expect("it was written");
    bytes[40] ^= 1;
    fs::write(&file, bytes).expect("there is room");
    assert_eq!(run(&file, Mode::Off), Err(ReadError::Damaged));
}
