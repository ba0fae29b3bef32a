//! Entries of the file.

use super::*;
use crate::find;

#[test]
fn an_entry_is_the_printed_text_and_a_reason() {
    let mutants = find::mutants("f.rs", "fn f(a: u8) -> bool {\n    a < 3\n}\n").expect("it is Rust");
    let mutant = mutants.iter().find(|mutant| mutant.change == "a < 3 => a <= 3").expect("it is found");
    let text = format!("# For people.\n\n{}reason: a is never 3\n", entry(mutant));
    let known = parse(&text).expect("it is whole");
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].reason, "a is never 3");
    assert_eq!(mutants.iter().filter(|mutant| known[0].is(mutant)).count(), 1);
}

#[test]
fn missing_lines_are_named() {
    assert_eq!(parse("file: f.rs\nfunction: f\nchange: a\n"), Err("line 3 is not `line: …`".to_owned()));
    assert_eq!(parse("file: f.rs\n"), Err("the last entry has no `function`".to_owned()));
}
