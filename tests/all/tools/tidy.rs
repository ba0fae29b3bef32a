//! Statements of the pages about the tree are true: the crates, their dependencies, the quotations, the diff.

mod examples;
mod links;
mod message;
mod stencil;
mod vocabulary;
mod wings;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use expect_test::expect_file;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests' folder is in the root").to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The folders with the sources of a crate, in the order of the map.
const CRATES: [(&str, &str); 24] = [
    ("mimeo-def", "ops-def/src"),
    ("mimeo-lower", "ops-def/lower/src"),
    ("mimeo-macros", "ops-macros/src"),
    ("mimeo-interp", "interp/src"),
    ("mimeo-jit", "jit/src"),
    ("mimeo-observe", "jit/observe/src"),
    ("mimeo-optimize", "jit/optimize/src"),
    ("mimeo-build", "jit/build/src"),
    ("mimeo-cli", "jit/build/cli/src"),
    ("mimeo", "src"),
    ("mimeo-explore", "src/explore/src"),
    ("mimeo-shell", "src/shell/src"),
    ("mimeo-heap", "src/heap/src"),
    ("mimeo-capi", "jit/capi/src"),
    ("mimeo-calc", "examples/calc/src"),
    ("mimeo-calc-capi", "examples/calc/capi"),
    ("mimeo-lua-syntax", "examples/lua/syntax/src"),
    ("mimeo-lua", "examples/lua/src"),
    ("mimeo-wasm", "examples/wasm/src"),
    ("mimeo-tests", "tests"),
    ("mimeo-corpus", "tests/corpus/src"),
    ("mimeo-twins", "tests/twins/src"),
    ("mimeo-check", "tests/check/src"),
    ("mimeo-support", "tests/support/src"),
];

/// The packages whose regions the book quotes.
const LISTINGS: &str = "docs/listings/";

/// Returns the Rust files below a folder, sorted, as paths from the root.
fn rust_files(folder: &str) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the tree").flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() && name != "target" && name != "ui" && name != "drift" && !path.join("Cargo.toml").exists()
            {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let path = path.strip_prefix(root()).expect("below the root").to_owned();
                files.push(path.to_str().expect("a plain name").to_owned());
            }
        }
    }
    files.sort();
    files
}

/// Returns the first sentence of a file's `//!` text, without its full stop.
fn first_sentence(path: &str) -> String {
    let text = read(path);
    let lines = text.lines().take_while(|line| line.starts_with("//!"));
    let text = lines.map(|line| line.trim_start_matches("//!").trim()).take_while(|line| !line.is_empty());
    let text = text.collect::<Vec<_>>().join(" ");
    let end = text.find(". ").unwrap_or_else(|| text.trim_end_matches('.').len());
    text[..end].to_owned()
}

#[test]
fn every_file_says_what_it_is() {
    for (_, folder) in CRATES {
        for path in rust_files(folder) {
            assert!(!first_sentence(&path).is_empty(), "{path} does not start with a `//!` sentence");
            let text = read(&path);
            let lines = text.lines().count();
            // An instruction set must be one module.
            let may_be_long = text.contains("#[mimeo::instruction_set(");
            assert!(lines <= 600 || may_be_long, "{path} has {lines} lines: split it, one noun per file");
        }
    }
}

#[test]
fn the_map_fits_on_two_pages_and_has_a_paragraph_for_each_crate() {
    let page = read("ARCHITECTURE.md");
    assert!(page.len() <= 15 << 10, "ARCHITECTURE.md has {} bytes, more than a map may have", page.len());
    for (name, _) in CRATES {
        let start = format!("\n**`{name}`** ");
        assert_eq!(page.matches(&start).count(), 1, "ARCHITECTURE.md needs exactly one paragraph on `{name}`");
    }
}

/// Returns the names under `[dependencies]` of a manifest, without those for tests and build scripts.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut inside = false;
    let mut names = BTreeSet::new();
    for line in read(manifest).lines() {
        if line.starts_with('#') {
            continue;
        }
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]") && !line.contains("dev-") && !line.contains("build-");
        } else if let (true, Some((name, _))) =
            (inside && !line.contains("workspace.dep"), line.split_once(['.', ' ', '=']))
        {
            names.insert(name.to_owned());
        }
    }
    names
}

#[test]
fn crates_know_only_what_they_may() {
    let edges: [(&str, &[&str]); 16] = [
        ("ops-def", &[]),
        ("ops-def/ir", &[]),
        ("ops-def/lower", &["mimeo-def", "mimeo-ir", "proc-macro2", "quote", "syn"]),
        ("ops-macros", &["mimeo-lower", "proc-macro2"]),
        ("interp", &["libc", "memmap2", "mimeo-def", "rustc-hash"]),
        ("jit", &["hdrhistogram", "libc", "mimeo-def", "mimeo-interp", "region", "serde_json"]),
        ("jit/observe", &["gimli", "iced-x86", "mimeo-def", "mimeo-jit", "object"]),
        (
            "jit/optimize",
            &[
                "cranelift-codegen",
                "cranelift-frontend",
                "cranelift-native",
                "mimeo-def",
                "mimeo-interp",
                "mimeo-ir",
                "mimeo-jit",
                "petgraph",
                "rustc-hash",
            ],
        ),
        ("jit/capi", &["mimeo-interp", "mimeo-jit"]),
        ("src/heap", &["mimeo-interp"]),
        ("src/explore", &["iced-x86", "mimeo-def", "yaxpeax-arch", "yaxpeax-arm"]),
        ("src/shell", &["annotate-snippets", "ctrlc", "dirs", "lexopt", "mimeo", "rustyline"]),
        ("tests/twins", &["libc", "mimeo", "mimeo-interp", "mimeo-ir"]),
        ("jit/build", &["cc", "iced-x86", "mimeo-def", "mimeo-lower", "object"]),
        ("jit/build/cli", &["lexopt", "mimeo-build", "mimeo-def", "mimeo-explore", "mimeo-lower", "object", "syn"]),
        ("examples/lua/syntax", &["bumpalo", "hashbrown", "itoa", "jiff", "memchr", "rustc-hash", "smallvec", "zmij"]),
    ];
    for (folder, allowed) in edges {
        let found = dependencies(&format!("{folder}/Cargo.toml"));
        let allowed: BTreeSet<String> = allowed.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(found, allowed, "{folder}");
    }
    let safe = [
        "ops-def/src",
        "ops-def/ir/src",
        "ops-def/lower/src",
        "ops-macros/src",
        "jit/build/src",
        "jit/build/cli/src",
        "src/explore/src",
        "src/shell/src",
        "examples/lua/syntax/src",
        "tests/corpus/src",
    ];
    for path in safe {
        assert!(read(&format!("{path}/lib.rs")).contains("#![forbid(unsafe_code)]"), "{path} has unsafe code");
    }
}

#[test]
fn no_crate_depends_on_the_tools_of_this_tree() {
    for (name, folder) in CRATES.iter().filter(|(name, _)| *name != "mimeo") {
        let found = dependencies(&format!("{}/Cargo.toml", folder.trim_end_matches("/src")));
        for tool in ["mimeo-check", "mimeo-doc-ops", "mimeo-mutants", "mimeo-support"] {
            assert!(!found.contains(tool), "{name} depends on {tool}");
        }
    }
}

/// Returns the text of the fenced block after `heading`.
fn block<'a>(page: &'a str, heading: &str) -> &'a str {
    let after = page.split_once(heading).unwrap_or_else(|| panic!("{heading}")).1;
    let start = after.split_once("```").expect("a block").1;
    start.split_once('\n').expect("a block").1.split_once("```").expect("a block ends").0
}

/// Removes the indentation of the first line from every line. The lines of a text in quotes may lack it.
fn unindented(text: &str) -> String {
    let indent = &text[..text.len() - text.trim_start().len()];
    text.lines().map(|line| line.strip_prefix(indent).unwrap_or(line).to_owned() + "\n").collect()
}

/// Returns the function with this name and a body in a Rust file, with its documentation and attributes.
fn function(file: &str, name: &str) -> String {
    let source = read(file);
    let lines: Vec<&str> = source.lines().collect();
    let is_its_head = |line: &str| {
        let visibility = line.split_once(&format!("fn {name}(")).map(|(before, _)| before.trim());
        visibility.is_some_and(|before| before.is_empty() || before.starts_with("pub"))
    };
    let indent = |line: &str| line.len() - line.trim_start().len();
    // The declaration of a runtime function does not end with a brace.
    let last = |head: usize| {
        let is_last = |line: &&str| indent(line) == indent(lines[head]) && line.ends_with(['}', ';']);
        head + lines[head..].iter().position(is_last).unwrap_or_else(|| panic!("{file}: `{name}` ends"))
    };
    let heads = (0..lines.len()).filter(|&line| is_its_head(lines[line]) && lines[last(line)].ends_with('}'));
    let [head] = heads.collect::<Vec<_>>()[..] else { panic!("{file} has one `{name}`") };
    // An attribute can have several lines, so what is above ends with a line that is part of neither.
    let is_other = |line: &str| line.is_empty() || line.ends_with(['{', '}', ';']) || line.starts_with("// ");
    let above = |line: &&&str| line.trim_start().starts_with("///") || !is_other(line.trim_start());
    let first = head - lines[..head].iter().rev().take_while(above).count();
    unindented(&lines[first..=last(head)].join("\n"))
}

/// Returns the body of an op of calc in SSA form.
fn body(name: &str) -> String {
    let bodies = mimeo::listing::bodies::<calc::ops::ops::Ops>().expect("calc's ops have no errors");
    let body = bodies.split("\n\n").find_map(|op| op.strip_prefix(&format!("{name}\n")));
    body.unwrap_or_else(|| panic!("calc has the op `{name}`")).to_owned() + "\n"
}

/// Lowers an op of an instruction set, and returns its functions in C.
fn lowered(file: &str, name: &str) -> String {
    let sets = mimeo_lower::lower_file(&read(file), "src/ops.rs").expect("the ops are Rust");
    let op = sets[0].ops.iter().find(|op| op.name == name).unwrap_or_else(|| panic!("{file} has the op `{name}`"));
    let mimeo_lower::StencilSource::Generated(c) = &op.source else { panic!("`{name}` has generated C") };
    let start = [c.find("OUTLINED op_"), c.find("STENCIL op_")].into_iter().flatten().min().expect("it has functions");
    c[start..].trim_end().to_owned() + "\n"
}

/// Returns the lines of a file between the comments `ANCHOR: name` and `ANCHOR_END: name`, if it has them.
fn region(file: &str, name: &str) -> Option<String> {
    let source = read(file);
    let marks = |line: &&str, mark: &str| line.trim_start_matches(['/', '#', ' ']) == format!("{mark}: {name}");
    let lines: Vec<&str> = source.lines().collect();
    let first = lines.iter().position(|line| marks(line, "ANCHOR"))? + 1;
    let end = lines.iter().position(|line| marks(line, "ANCHOR_END")).unwrap_or_else(|| panic!("{file}: {name} ends"));
    let lines = lines[first..end].iter().filter(|line| !line.contains("ANCHOR"));
    Some(unindented(&lines.copied().collect::<Vec<_>>().join("\n")))
}

/// Returns `page` with correct quotations, and their number. A quotation is a block with a first
/// line of the form "```c add of examples/calc/src/ops.rs". It names a region, an op or a function.
fn with_true_quotations(page: &str) -> (String, usize) {
    let (mut result, mut count) = (String::new(), 0);
    let mut lines = page.split_inclusive('\n');
    while let Some(line) = lines.next() {
        result += line;
        let info: Vec<&str> = line.strip_prefix("```").unwrap_or("").split_whitespace().collect();
        let [language, name, "of", file] = info[..] else { continue };
        match language {
            _ if file.starts_with(LISTINGS) => {
                result += &region(file, name).unwrap_or_else(|| panic!("{file} has no region `{name}`"));
            }
            "rust" => result += &function(file, name),
            "ir" if file == "examples/calc/src/ops.rs" => result += &body(name),
            "c" => result += &lowered(file, name),
            "text" => result += &message::of_function(file, name),
            "stencil" => match stencil::listing(name) {
                Some(listing) => result += &listing,
                // Other compilers make other code.
                None => continue,
            },
            // The package with the assembly compares it.
            "asm" => continue,
            other => panic!("{line}: `{other}` is not made of ops"),
        }
        let end = lines.find(|line| line.starts_with("```")).expect("a block ends");
        result += end;
        count += 1;
    }
    (result, count)
}

#[test]
fn the_readme_quotes_a_real_op() {
    let readme = read("README.md");
    let calc = "examples/calc/src/ops.rs";
    assert_eq!(block(&readme, "This is all there is to calc's `+`"), function(calc, "add"));
    let macros = read("ops-macros/src/lib.rs").replace("\n/// ", "\n");
    assert_eq!(block(&macros, "comparisons of calc"), function(calc, "comparison"));
}

#[test]
fn the_quotations_are_true() {
    let mut total = 0;
    for path in links::pages().iter().filter(|path| path.starts_with("docs/")) {
        let (truth, count) = with_true_quotations(&read(path));
        total += count;
        expect_file![root().join(path)].assert_eq(&truth);
    }
    // The page on Lua has at least three ops, each in Rust and in C; the page on one op also has its typed IR.
    assert!(total >= 9, "{total} quotations");
}

#[test]
fn every_region_of_a_listing_is_in_the_book() {
    let book: String =
        links::pages().iter().filter(|path| path.starts_with("docs/book/")).map(|path| read(path)).collect();
    let mut count = 0;
    let packages = fs::read_dir(root().join(LISTINGS)).expect("a folder of the tree").flatten();
    let packages = packages.map(|entry| format!("{LISTINGS}{}", entry.file_name().to_str().expect("a plain name")));
    let files = packages.flat_map(|package| [rust_files(&package), vec![format!("{package}/Cargo.toml")]].concat());
    for file in files {
        for line in read(&file).lines() {
            let Some(name) = line.trim_start_matches(['/', '#', ' ']).strip_prefix("ANCHOR: ") else { continue };
            assert!(book.contains(&format!(" {name} of {file}\n")), "no page has the region `{name}` of {file}");
            count += 1;
        }
    }
    assert!(count >= 20, "{count} regions");
}

#[test]
fn the_readmes_diff_applies() {
    let readme = read("README.md");
    let diff = block(&readme, "Adding an op touches one place");
    let changed = diff.lines().filter(|line| line.starts_with('+') && !line.starts_with("+++")).count();
    assert!((1..=10).contains(&changed), "{changed} lines");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme.diff");
    fs::write(&file, diff).expect("the temporary folder can be written");
    let apply = Command::new("git").args(["apply", "--check"]).arg(&file).current_dir(root()).output();
    let output = apply.expect("git is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
