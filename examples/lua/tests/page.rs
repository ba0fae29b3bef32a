//! The bytecode and the machine code in `docs/lua.md` are the output of the command and of the build.
#![cfg(feature = "jit")]

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::process::Command;

use expect_test::expect_file;

/// The compiler whose code the page shows.
const COMPILER: [&str; 2] = ["architecture     x86_64\n", ") 12.2.0\n"];

/// The column of the phrases that explain the instructions.
const PHRASE_COLUMN: usize = 38;

/// Returns a file that the build script has written.
fn made(name: &str) -> String {
    fs::read_to_string(Path::new(env!("OUT_DIR")).join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Returns the line of an op in the report, without its fingerprint: the sizes.
fn sizes(name: &str) -> String {
    let report = made("mimeo_ops.report.txt");
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let line = report.lines().map(words).find(|line| line.first().is_some_and(|first| first == name));
    let line = line.unwrap_or_else(|| panic!("{name} is in the report"));
    [&line[..1], &line[2..]].concat().join(" ")
}

/// Returns the instructions of an op's hot part after jump threading.
fn hot_part(name: &str) -> Vec<String> {
    let text = made("mimeo_ops.s");
    let start = text.split_once(&format!("\nop_{name}:\n")).unwrap_or_else(|| panic!("{name} has code")).1;
    let hot = start.split("\n\t.section").next().unwrap_or_default();
    let lines: Vec<&str> = hot.lines().filter(|line| !line.starts_with('#')).collect();
    // The numbers of labels depend on all ops before.
    let labels: Vec<&str> = lines.iter().filter_map(|line| line.strip_suffix(':')).collect();
    let shown = |line: &&str| {
        let Some((before, number)) = line.trim_end_matches(':').split_once(".L") else { return line.to_string() };
        match labels.iter().position(|label| label[2..] == *number) {
            Some(index) if line.ends_with(':') => format!("{}:", index + 1),
            Some(index) => format!("{before}{}", index + 1),
            None => format!("{before}cold"),
        }
    };
    lines.iter().map(shown).map(|line| line.trim_end().replace('\t', "  ")).collect()
}

/// Splits a quoted line into the instruction and the phrase that explains it.
fn parts(line: &str) -> (&str, Option<&str>) {
    match line.split_once("  ; ") {
        Some((instruction, phrase)) => (instruction.trim_end(), Some(phrase)),
        None => (line, None),
    }
}

/// Returns the correct text of a block. Keeps the phrases of unchanged instructions.
fn true_block(name: &str, quoted: &[&str]) -> String {
    let mut rest = quoted;
    let mut result = sizes(name) + "\n";
    for line in hot_part(name) {
        let found = rest.iter().position(|quoted| parts(quoted).0 == line);
        let phrase = found.and_then(|at| parts(rest[at]).1);
        rest = found.map_or(rest, |at| &rest[at + 1..]);
        match phrase {
            Some(phrase) => result += &format!("{line:PHRASE_COLUMN$}  ; {phrase}\n"),
            None => result += &format!("{line}\n"),
        }
    }
    result
}

/// Compares the page with a copy in which `replace` has renewed the blocks, by the text after their fences.
fn compare(replace: impl Fn(&str, &[&str]) -> Option<String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/lua.md");
    let page = fs::read_to_string(&path).expect("the page exists");
    let (mut truth, mut count) = (String::new(), 0);
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        truth += &format!("{line}\n");
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
        let quoted: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let block = replace(info, &quoted);
        count += usize::from(block.is_some());
        truth += &block.unwrap_or_else(|| quoted.join("\n") + "\n");
        truth += "```\n";
    }
    assert!(count > 0, "the page quotes nothing");
    expect_file![path].assert_eq(&truth);
}

/// Returns the bytecode of a program, without addresses.
fn bytecode(program: &str) -> String {
    let command = Command::new(env!("CARGO_BIN_EXE_mimeo-lua")).args(["--dump=bytecode", "-e", program]).output();
    let output = command.expect("the command runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listing = String::from_utf8(output.stdout).expect("a listing is text");
    let mut parts = listing.split("=0xfffa");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        result += part.trim_start_matches(|digit: char| digit.is_ascii_hexdigit());
    }
    result
}

// This is one test, because blessing rewrites the whole file.
#[test]
fn the_page_is_up_to_date() {
    let report = made("mimeo_ops.report.txt");
    let is_the_compiler = COMPILER.iter().all(|part| report.contains(part));
    let program = RefCell::new(String::new());
    compare(|info, quoted| match info.split_whitespace().collect::<Vec<_>>()[..] {
        ["asm", name, "of", "examples/lua/src/ops.rs"] => {
            let block = true_block(name, quoted);
            // Another compiler generates other code for the same ops.
            is_the_compiler.then_some(block)
        }
        ["lua"] => {
            *program.borrow_mut() = quoted.join("\n");
            None
        }
        ["text", "bytecode"] => Some(bytecode(&program.borrow())),
        _ => None,
    });
}
