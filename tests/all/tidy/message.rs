//! A function of a case in `tests/ui` → the messages that it gets, for a page.

use std::collections::BTreeSet;

use super::read;

/// Returns the messages about the function with this name, each once, from the file with the messages of its case.
pub(super) fn of_function(stderr: &str, name: &str) -> String {
    let case = format!("{}.rs", stderr.strip_suffix(".stderr").expect("it is named after its case"));
    let (source, messages) = (read(&case), read(stderr));
    let lines: Vec<&str> = source.lines().collect();
    let head = format!("    fn {name}(");
    let first = lines.iter().position(|line| line.starts_with(&head)).unwrap_or_else(|| panic!("{case} has `{name}`"));
    let is_last = |line: &&str| line.ends_with('}') && !line.starts_with("     ");
    let last = first + lines[first..].iter().position(is_last).expect("it ends");
    let messages = messages.split("\n\n").filter_map(|block| {
        let (message, rest) = block.split_once(" --> ")?;
        let line: usize = rest.split(':').nth(1)?.parse().ok()?;
        (first..=last).contains(&(line - 1)).then(|| message.trim_end().replace("\n       ", "\n"))
    });
    let mut messages: Vec<String> = messages.collect();
    let mut seen = BTreeSet::new();
    messages.retain(|message| seen.insert(message.clone()));
    assert!(!messages.is_empty(), "{stderr} has a message about `{name}`");
    messages.join("\n\n") + "\n"
}
