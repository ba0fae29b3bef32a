//! Markdown pages → their links: each has a target, and a newcomer finds the important places.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{read, root};

/// The page where a newcomer starts.
const START: &str = "README.md";

/// The number of places that a newcomer visits, with the first and the last one.
const STEPS: usize = 3;

/// A place that a newcomer looks for.
struct Goal {
    question: &'static str,
    /// The end of the path of the file, or of the page with a heading after `#`.
    place: &'static str,
    /// A text in the file, or in the section under the heading.
    text: &'static str,
}

const GOALS: [Goal; 4] = [
    Goal { question: "how an op is added", place: "README.md#adding-an-op", text: "+    #[vm_op]" },
    Goal {
        question: "where a hole is patched",
        place: "/patch.rs",
        text: "\npub fn patch(part: &mut [u8], hole: &Hole,",
    },
    Goal {
        question: "which test guards that memory is never writable and executable",
        place: "tests/all/memory.rs",
        text: "\nfn no_memory_is_writable_and_executable() {",
    },
    Goal {
        question: "how a table of Lua grows",
        place: "/heap/set.rs",
        text: "\n    fn rehash(&mut self, table: &mut Gc<Table>",
    },
];

fn is_page(path: &str) -> bool {
    path.ends_with(".md")
}

/// Returns all pages of the tree.
pub(super) fn pages() -> Vec<String> {
    let mut pages = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the tree").flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_str().expect("a plain name");
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if is_page(name) {
                let path = path.strip_prefix(root()).expect("below the root");
                pages.push(path.to_str().expect("a plain name").to_owned());
            }
        }
    }
    pages.sort();
    pages
}

fn events(page: &str) -> impl Iterator<Item = (Event<'_>, std::ops::Range<usize>)> {
    Parser::new_ext(page, Options::ENABLE_TABLES).into_offset_iter()
}

/// Returns the links of a page to the tree, each as a path from the root, optionally with a heading after `#`.
fn links(path: &str) -> Vec<String> {
    let page = read(path);
    let targets = events(&page).filter_map(|(event, _)| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.into_string()),
        _ => None,
    });
    targets.filter(|target| !target.contains(':')).map(|target| from_root(path, &target)).collect()
}

/// Resolves a link on the page `path` to a path from the root.
fn from_root(path: &str, target: &str) -> String {
    let (file, heading) = target.split_once('#').map_or((target, None), |(file, heading)| (file, Some(heading)));
    let file = match file {
        "" => path.to_owned(),
        file => {
            let mut result = PathBuf::new();
            for component in Path::new(path).parent().expect("a page is a file").join(file).components() {
                match component {
                    Component::ParentDir => assert!(result.pop(), "{path} links to {target}, outside of the tree"),
                    other => result.push(other),
                }
            }
            result.to_str().expect("a plain name").to_owned()
        }
    };
    file + &heading.map_or(String::new(), |heading| format!("#{heading}"))
}

/// Returns the sections of a page, each with its name in links, and its text up to the next heading of its level.
fn sections(page: &str) -> Vec<(String, &str)> {
    let mut headings = Vec::new();
    let mut text = None;
    for (event, range) in events(page) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                headings.push((level, range.start, String::new()));
                text = Some(());
            }
            Event::End(TagEnd::Heading(_)) => text = None,
            Event::Text(part) | Event::Code(part) if text.is_some() => {
                headings.last_mut().expect("one has started").2 += &part;
            }
            _ => {}
        }
    }
    let sections = headings.iter().enumerate().map(|(index, (level, start, title))| {
        let next = headings[index + 1..].iter().find(|(other, ..)| other <= level);
        (anchor(title), &page[*start..next.map_or(page.len(), |(_, end, _)| *end)])
    });
    sections.collect()
}

/// Returns the name that renderers give a heading.
fn anchor(title: &str) -> String {
    let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// Returns the target of a link: the text of a file, an empty text for a folder, or the section of a page.
fn target(link: &str) -> Option<String> {
    let (file, heading) = link.split_once('#').map_or((link, None), |(file, heading)| (file, Some(heading)));
    let path = root().join(file);
    if path.is_dir() {
        return heading.is_none().then(String::new);
    }
    let text = fs::read_to_string(path).ok()?;
    match heading {
        None => Some(text),
        Some(heading) => sections(&text).into_iter().find(|(name, _)| name == heading).map(|(_, text)| text.to_owned()),
    }
}

#[test]
fn no_link_is_dead() {
    for page in pages() {
        for link in links(&page) {
            assert!(target(&link).is_some(), "{page} links to {link}, which does not exist");
        }
    }
}

/// Returns the links that can be followed from the first page, each with the places visited before.
fn reachable() -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::from([START.to_owned()]);
    let mut pages = vec![START.to_owned()];
    for step in 2..=STEPS {
        let mut next = Vec::new();
        for link in pages.iter().flat_map(|page| links(page)) {
            let file = link.split('#').next().expect("it has a start").to_owned();
            if is_page(&file) && seen.insert(file.clone()) {
                next.push(file);
            }
            found.push((link, step));
        }
        pages = next;
    }
    found
}

#[test]
fn a_newcomer_finds_the_important_places() {
    let reachable = reachable();
    for Goal { question, place, text } in GOALS {
        let found = reachable.iter().find(|(link, _)| link.ends_with(place));
        let Some((link, steps)) = found else { panic!("no {STEPS} steps from {START} lead to {place}: {question}") };
        let end = target(link).unwrap_or_else(|| panic!("{link} is nowhere"));
        assert!(end.contains(text), "{link} does not say {question}: it lacks {text:?}");
        println!("{question}: {link}, {steps} steps");
    }
}

/// Returns the tests that a table of invariants names, each with its file.
fn guards(page: &str) -> Vec<(String, String)> {
    let (mut guards, mut file, mut inside_link) = (Vec::new(), None, false);
    for (event, _) in events(page) {
        match event {
            Event::Start(Tag::TableRow) => file = None,
            Event::Start(Tag::Link { dest_url, .. }) => (file, inside_link) = (Some(dest_url.into_string()), true),
            Event::End(TagEnd::Link) => inside_link = false,
            Event::Code(name) if !inside_link => {
                if let Some(file) = &file {
                    guards.push((file.clone(), name.into_string()));
                }
            }
            Event::End(TagEnd::TableRow) => {
                assert!(file.is_some(), "every invariant names a file with tests");
            }
            _ => {}
        }
    }
    guards
}

#[test]
fn every_invariant_is_guarded_by_a_test() {
    let page = read("ARCHITECTURE.md");
    let sections = sections(&page);
    let (_, section) = sections.iter().find(|(name, _)| name == "invariants").expect("there is a section on them");
    let rows = section.lines().filter(|line| line.starts_with('|')).count() - 2;
    assert!(rows >= 12, "{rows} invariants");
    let guards = guards(section);
    assert!(guards.len() >= rows, "{} tests guard {rows} invariants", guards.len());
    for (file, test) in guards {
        let text = read(&file);
        assert!(text.contains(&format!("fn {test}()")), "{file} has no test `{test}`");
    }
}
