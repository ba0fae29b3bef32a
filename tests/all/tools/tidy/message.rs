//! The messages of the cases in `tests/ui` → what pages quote of them: those of one function, or the list of all.

use std::collections::BTreeSet;
use std::path::Path;

use expect_test::expect_file;

use super::{first_sentence, read, root, unindented};

/// A message of the op language, as the compiler shows it.
struct Message {
    /// The line of the case that it is about, from 1.
    line: usize,
    /// What happened, then `help:` with what to write instead on the next line.
    text: String,
    /// The source, with marks below the tokens that the message is about.
    marked: String,
}

/// Returns the messages of a case that say what to write instead.
fn of_case(stderr: &str) -> Vec<Message> {
    let message = |block: &str| {
        let (text, rest) = block.split_once(" --> ").filter(|(text, _)| text.contains("\n       help: "))?;
        let (place, source) = rest.split_once('\n')?;
        // The compiler puts `12 | ` before a line, and `   | ` before its marks. Its notes begin with `   = `.
        let lines = source.lines().filter_map(|line| Some(line.split_once('|')?.1.get(1..).unwrap_or_default()));
        let marked = lines.skip(1).collect::<Vec<_>>().join("\n");
        let line = place.split(':').nth(1)?.parse().ok()?;
        Some(Message { line, text: text.trim_end().replace("\n       ", "\n"), marked: unindented(&marked) })
    };
    read(stderr).split("\n\n").filter_map(message).collect()
}

/// Returns the messages about the function with this name, each once, from the file with the messages of its case.
pub(super) fn of_function(stderr: &str, name: &str) -> String {
    let case = format!("{}.rs", stderr.strip_suffix(".stderr").expect("it is named after its case"));
    let source = read(&case);
    let lines: Vec<&str> = source.lines().collect();
    let head = format!("    fn {name}(");
    let first = lines.iter().position(|line| line.starts_with(&head)).unwrap_or_else(|| panic!("{case} has `{name}`"));
    let is_last = |line: &&str| line.ends_with('}') && !line.starts_with("     ");
    let last = first + lines[first..].iter().position(is_last).expect("it ends");
    let mut seen = BTreeSet::new();
    let messages = of_case(stderr).into_iter().filter(|message| (first..=last).contains(&(message.line - 1)));
    let messages: Vec<String> = messages.map(|message| message.text).filter(|text| seen.insert(text.clone())).collect();
    assert!(!messages.is_empty(), "{stderr} has a message about `{name}`");
    messages.join("\n\n") + "\n"
}

/// Returns the text without what is between backquotes, which depends on the mistake.
fn kind(text: &str) -> String {
    text.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

#[test]
fn the_page_of_messages_has_all_of_them() {
    let path = root().join("docs/op-messages.md");
    let page = read("docs/op-messages.md");
    let (intro, _) = page.split_once("\n## ").expect("the list has headings");
    let mut page = format!("{}\n", intro.trim_end());
    let cases = std::fs::read_dir(root().join("tests/ui")).expect("the cases exist").flatten();
    let is_case = |path: &Path| path.extension().is_some_and(|extension| extension == "rs");
    let mut cases: Vec<_> = cases.map(|entry| entry.path()).filter(|path| is_case(path)).collect();
    cases.sort();
    let (mut seen, mut at_their_token) = (BTreeSet::new(), 0);
    for case in cases {
        let case = format!("tests/ui/{}", case.file_name().and_then(|name| name.to_str()).expect("a plain name"));
        let mut messages = of_case(&case.replace(".rs", ".stderr"));
        messages.retain(|message| seen.insert(kind(&message.text)));
        if !messages.is_empty() {
            page += &format!("\n## {}\n", first_sentence(&case));
        }
        for Message { text, marked, .. } in messages {
            at_their_token += usize::from(!marked.starts_with("#[mimeo::instruction_set") || !marked.contains("\n^"));
            page += &format!("\n```text\n{marked}{text}\n```\n");
        }
    }
    // A missing argument has no token of its own.
    assert!(seen.len() >= 100 && at_their_token >= seen.len() - 2, "{at_their_token} of {}", seen.len());
    expect_file![path].assert_eq(&page);
}
