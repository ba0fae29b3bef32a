//! The mutants of a small source.

use super::*;
use crate::find;

const SOURCE: &str = "
impl Plan {
    fn fits(&self, end: u32) -> bool {
        if end < 4 {
            return false;
        }
        self.note(end);
        self.len + end <= MOST && !self.full
    }
}
const MOST: u32 = 1 + 1;
";

fn found() -> Vec<Mutant> {
    find::mutants("plan.rs", SOURCE).expect("it is Rust")
}

#[test]
fn every_small_change_is_found_once() {
    let changes: Vec<String> = found().into_iter().map(|mutant| mutant.change).collect();
    let expected = [
        "the body => true",
        "the body => false",
        "end < 4 => false",
        "end < 4 => end <= 4",
        "4 => 5",
        "false => true",
        "self.note(end); => nothing",
        "self.len + end <= MOST && !self.full => self.len + end <= MOST || !self.full",
        "self.len + end <= MOST => self.len + end < MOST",
        "self.len + end => self.len - end",
        "!self.full => self.full",
    ];
    assert_eq!(changes, expected);
    let note = &found()[6];
    assert_eq!(note.key(), ("plan.rs", "Plan::fits", "self.note(end);", "self.note(end); => nothing"));
}

#[test]
fn equal_changes_are_numbered() {
    let source = "fn f(a: u8) -> u8 { if a == 1 { g(1) } else { g(1) } }";
    let ones = find::mutants("f.rs", source).expect("it is Rust");
    let ones: Vec<_> = ones.into_iter().map(|mutant| mutant.change).filter(|change| change.starts_with('1')).collect();
    assert_eq!(ones, ["1 => 2", "1 => 2 (2)", "1 => 2 (3)"]);
}

#[test]
fn one_source_contains_all_mutants_and_checks_the_switch() {
    let mutants = found();
    let Schemata { text, places } = schemata(SOURCE, &mutants, |index| Some(index as u32));
    let tree = syn::parse_file(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(tree.items.len(), 2);
    for number in 0..mutants.len() {
        assert_eq!(text.matches(&format!("::mimeo_mutant_switch::on({number})")).count(), 1, "{text}");
        assert!(places.iter().any(|(index, _)| *index == number));
    }
    let statement = "if ::mimeo_mutant_switch::on(6) {  } else { self.note(end); }";
    assert!(text.contains(statement), "{text}");
    let number = "(if ::mimeo_mutant_switch::on(4) { 5 } else { 4 })";
    assert!(text.contains(&format!("else {{ end < {number} }}")), "{text}");
}

#[test]
fn without_mutants_the_source_is_unchanged() {
    assert_eq!(schemata(SOURCE, &found(), |_| None).text, SOURCE);
}
