//! The wings of a crate know only the wings below them, and name each other by their faces.

use std::collections::{BTreeMap, BTreeSet};

use super::{read, rust_files};

/// A wing, and the wings that it names.
type Wing = (&'static str, &'static [&'static str]);

/// A crate in wings: its sources, and the wings, each after those that it names.
const WINGS: [(&str, &[Wing]); 1] = [(
    "jit/src",
    &[
        ("errors", &[]),
        ("memory", &["errors"]),
        ("observe", &["errors", "memory"]),
        ("config", &["errors", "observe"]),
        ("compile", &["config", "errors", "memory", "observe"]),
        ("stats", &["compile", "errors"]),
        ("tier", &["compile", "config", "errors", "memory", "observe", "stats"]),
    ],
)];

/// Modules of tests, which may name every wing.
const FOR_TESTS: [&str; 2] = ["tests", "tiny"];

/// What a file's code says after `crate::`, each time: a wing, or what is imported through the crate's root. Comments
/// are skipped, as are the file's unit tests, which are at its end.
fn names(path: &str) -> Vec<String> {
    let text = read(path);
    let code =
        text.lines().take_while(|line| *line != "mod tests {").filter(|line| !line.trim_start().starts_with("//"));
    // The number of `super`s from the module to the root.
    let depth = path.split_once("src/").map_or(0, |(_, inside)| inside.trim_end_matches("/mod.rs").split('/').count());
    let mut names = Vec::new();
    for line in code {
        assert!(!line.contains(&"super::".repeat(depth)), "{path} imports through the crate's root: {line}");
        for (at, _) in line.match_indices("crate::") {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            if line[..at].ends_with(is_word) {
                continue;
            }
            let rest = &line[at + "crate::".len()..];
            let name = &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())];
            assert!(rest[name.len()..].starts_with("::"), "{path} imports through the crate's root: {line}");
            names.push(name.to_owned());
        }
    }
    names
}

#[test]
fn wings_know_only_those_below_them() {
    for (folder, wings) in WINGS {
        for (index, (wing, below)) in wings.iter().enumerate() {
            let is_before = |name| wings[..index].iter().any(|&(before, _)| before == name);
            assert!(
                below.iter().copied().all(is_before),
                "{folder}: `{wing}` is listed before a wing that it may name"
            );
        }
        let mut edges: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for path in rust_files(folder) {
            let inside = path.strip_prefix(folder).expect("below its folder").trim_start_matches('/');
            let Some((wing, _)) = inside.split_once('/') else {
                assert_eq!(inside, "lib.rs", "{folder} has nothing but wings");
                continue;
            };
            let mut parts = inside.split('/').map(|part| part.trim_end_matches(".rs"));
            let names = names(&path);
            if parts.any(|part| FOR_TESTS.contains(&part)) {
                continue;
            }
            let (wing, _) = wings.iter().find(|(name, _)| *name == wing).unwrap_or_else(|| panic!("{path}: no wing"));
            edges.entry(wing).or_default().extend(names.into_iter().filter(|name| name != wing));
        }
        for (wing, below) in wings {
            let allowed: BTreeSet<String> = below.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(edges.remove(wing), Some(allowed), "{folder}/{wing}");
        }
    }
}
