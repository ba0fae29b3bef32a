//! Every message of the op language is pinned by a case of `tests/ui`, which names the messages that it covers.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::tools::packages::{cargo, package, write};

/// Returns the cases in a folder of this package, sorted.
fn cases(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(folder).expect("the cases exist");
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.expect("its entries can be read").path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    cases.sort();
    cases
}

/// Returns the variants of `Problem`, in the order of the catalogue.
fn catalogue() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops-def/lower/src/catalogue/problem.rs");
    let text = fs::read_to_string(path).expect("the catalogue exists");
    let (_, variants) = text.split_once("pub(crate) enum Problem {").expect("it is an enum");
    let (variants, _) = variants.split_once("\n}").expect("it ends");
    let names = variants.lines().map(str::trim).filter(|line| line.starts_with(char::is_uppercase));
    names.map(|line| line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()).collect()
}

/// Returns the names after `// covers:`.
fn covered(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.strip_prefix("// covers: ")).flat_map(|names| names.split(", "))
}

#[test]
fn every_problem_has_a_case() {
    let catalogue: BTreeSet<String> = catalogue().into_iter().collect();
    let texts: Vec<String> = cases("ui").iter().map(|path| fs::read_to_string(path).expect("a case is text")).collect();
    let covered: BTreeSet<String> = texts.iter().flat_map(|text| covered(text)).map(str::to_owned).collect();
    assert!(catalogue.len() > 60, "{catalogue:?}");
    let missing: Vec<_> = catalogue.difference(&covered).collect();
    assert!(missing.is_empty(), "no case of tests/ui covers {missing:?}");
    let unknown: Vec<_> = covered.difference(&catalogue).collect();
    assert!(unknown.is_empty(), "the catalogue has no {unknown:?}");
}

/// The build script finds the same mistakes first, and must leave the messages to the macro.
#[test]
fn the_build_half_survives_every_mistake() {
    for path in cases("ui") {
        let text = fs::read_to_string(&path).expect("a case is text");
        let lowered = mimeo_lower::lower_file(&text, "ops.rs");
        // The only module of this case cannot be read.
        assert_eq!(lowered.is_ok(), !path.ends_with("not_inline.rs"), "{}", path.display());
    }
}

/// Returns the messages of a case that say what to write instead, each after its line and column.
fn pinned(stderr: &str) -> Vec<String> {
    let pinned = stderr.split("\n\n").filter_map(|block| {
        let (message, rest) = block.strip_prefix("error: ")?.split_once(" --> ")?;
        // rustc writes `= help:`, or puts its help below the source.
        let message = message.trim_end().contains("\n       help: ").then_some(message.trim_end())?;
        let (_, place) = rest.lines().next()?.split_once(':')?;
        Some(format!("{place}: {}", message.replace("\n       ", "\n")))
    });
    pinned.collect()
}

/// `mimeo generate` has no macro that reports for it.
#[test]
fn the_command_has_the_messages_of_the_macro() {
    let mut count = 0;
    // The table that this case lacks is not a matter of its source.
    for path in cases("ui").iter().filter(|path| !path.ends_with("no_table.rs")) {
        let read = |path: &Path| fs::read_to_string(path).expect("a case has a file with its messages");
        let found: Vec<String> = mimeo_lower::mistakes(&read(path)).iter().map(ToString::to_string).collect();
        assert_eq!(found, pinned(&read(&path.with_extension("stderr"))), "{}", path.display());
        count += found.len();
    }
    assert!(count > 200, "{count}");
}

#[test]
fn messages() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}

/// Writes a package with one program for each case of `tests/sound`.
fn sound_package() -> PathBuf {
    let package = package("sound");
    let programs = package.join("src/bin");
    fs::create_dir_all(&programs).expect("the folder can be made");
    for case in cases("sound") {
        let name = case.file_name().expect("a case is a file");
        write(&programs.join(name), &fs::read_to_string(&case).expect("a case is text"));
    }
    package
}

/// Returns the lines that a case marks with `//~ CODE`, as `FILE:LINE CODE`.
fn marked(case: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(case).expect("a case is text");
    let file = case.file_name().expect("a case is a file").display();
    let marks = text.lines().enumerate().filter_map(|(at, line)| Some((at + 1, line.split_once("//~ ")?.1)));
    marks.map(|(line, code)| format!("{file}:{line} {code}")).collect()
}

/// Returns the errors in the output of `cargo check --message-format=short`, as `FILE:LINE CODE`.
/// Ignores the texts of the messages, which depend on the compiler's version.
fn errors(output: &str) -> BTreeSet<String> {
    let error = |line: &str| {
        let (place, message) = line.strip_prefix("src/bin/")?.split_once(": error[")?;
        let (place, _column) = place.rsplit_once(':')?;
        Some(format!("{place} {}", message.split(']').next()?))
    };
    output.lines().filter_map(error).collect()
}

#[test]
fn safe_code_that_could_do_harm_does_not_compile() {
    let marked: BTreeSet<String> = cases("sound").iter().flat_map(|case| marked(case)).collect();
    assert!(marked.len() > 15, "{marked:?}");
    let output = cargo(&sound_package(), &["check", "--quiet", "--keep-going", "--message-format=short"])
        .output()
        .expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(errors(&text), marked, "{text}");
}
