//! The commands in `docs/embedding-in-c.md` compile its program, which prints what the page says.

use std::fs;
use std::process::Command;

use crate::toolchain::{libraries, package, temporary, with_settings};

/// Returns the code blocks of the page in one language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let start = format!("```{language}\n");
    page.split(&*start).skip(1).map(|rest| rest.split_once("```").expect("a block ends").0).collect()
}

#[test]
fn the_program_is_built_and_prints_as_the_page_says() {
    let root = package().join("../../..");
    let page = fs::read_to_string(root.join("docs/embedding-in-c.md")).expect("there is a page");
    let ([program], [stdout, stderr]) = (&blocks(&page, "c")[..], &blocks(&page, "text")[..]) else {
        panic!("the page has one program and what it prints")
    };
    let shells = blocks(&page, "sh");
    assert_eq!(shells.len(), 2, "the page builds it with both libraries");
    for (number, shell) in shells.into_iter().enumerate() {
        let folder = temporary(&format!("page-{number}"));
        fs::create_dir_all(&folder).expect("a temporary folder");
        fs::write(folder.join("square.c"), program).expect("a temporary file");
        // The library has already been built, in cargo's folder for tests.
        let commands: Vec<&str> = shell.lines().filter(|line| !line.starts_with("cargo build")).collect();
        let commands = commands.join("\n");
        let path = |path: &std::path::Path| path.to_str().expect("a plain path").to_owned();
        let commands = commands
            .replace("examples/calc/capi/include", &path(&package().join("include")))
            .replace("$PWD/target/release", &path(&libraries()))
            .replace("target/release", &path(&libraries()));
        let output = with_settings("sh", &[]).args(["-e", "-c", &commands]).current_dir(folder).output();
        let output = output.expect("there is a shell");
        let found = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(found, ((*stdout).into(), (*stderr).into()), "{commands}");
        assert_eq!(output.status.code(), Some(1), "{commands}");
    }
}

#[test]
fn the_page_names_the_libraries_that_rust_needs() {
    let page = fs::read_to_string(package().join("../../../docs/embedding-in-c.md")).expect("there is a page");
    let source = temporary("empty.rs");
    fs::write(&source, "").expect("a temporary file");
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--crate-type=staticlib", "--print=native-static-libs", "--out-dir"]).arg(temporary("")).arg(source);
    let output = rustc.output().expect("there is a compiler");
    let said = String::from_utf8_lossy(&output.stderr);
    let wanted = said.lines().find_map(|line| line.split_once("native-static-libs: ")).expect("rustc says it").1;
    let words: Vec<&str> = page.split_whitespace().collect();
    for library in wanted.split_whitespace().filter(|&library| library != "-lc") {
        assert!(words.contains(&library), "the page links without {library}");
    }
}
