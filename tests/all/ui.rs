//! Every message of the op language is pinned by a case of `tests/ui`, which says which ones it covers.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let entries = fs::read_dir(folder).expect("the cases are there");
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.expect("its entries can be read").path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    cases.sort();
    cases
}

/// The variants of `Problem`, in the order of the catalogue.
fn catalogue() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops-def/lower/src/catalogue.rs");
    let text = fs::read_to_string(path).expect("the catalogue is there");
    let (_, variants) = text.split_once("pub(crate) enum Problem {").expect("it is an enum");
    let (variants, _) = variants.split_once("\n}").expect("it ends");
    let names = variants.lines().map(str::trim).filter(|line| line.starts_with(char::is_uppercase));
    names.map(|line| line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()).collect()
}

/// The names behind `// covers:`.
fn covered(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.strip_prefix("// covers: ")).flat_map(|names| names.split(", "))
}

#[test]
fn every_problem_has_a_case() {
    let catalogue: BTreeSet<String> = catalogue().into_iter().collect();
    let texts: Vec<String> = cases().iter().map(|path| fs::read_to_string(path).expect("a case is text")).collect();
    let covered: BTreeSet<String> = texts.iter().flat_map(|text| covered(text)).map(str::to_owned).collect();
    assert!(catalogue.len() > 60, "{catalogue:?}");
    let missing: Vec<_> = catalogue.difference(&covered).collect();
    assert!(missing.is_empty(), "no case of tests/ui covers {missing:?}");
    let unknown: Vec<_> = covered.difference(&catalogue).collect();
    assert!(unknown.is_empty(), "the catalogue has no {unknown:?}");
}

/// The build script meets the same mistakes before the macro does, and must leave them to it.
#[test]
fn the_build_half_survives_every_mistake() {
    for path in cases() {
        let text = fs::read_to_string(&path).expect("a case is text");
        let lowered = mimeo_lower::lower_file(&text, "ops.rs");
        assert!(lowered.is_ok(), "{}", path.display());
    }
}

#[test]
fn messages() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
