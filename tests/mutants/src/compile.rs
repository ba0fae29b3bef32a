//! A mutated copy → its [`Programs`], without the mutants that do not compile.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::find::Place;
use crate::tree::Tree;

/// The programs of a mutated copy.
#[derive(Clone, Debug, Default)]
pub struct Programs {
    /// The test binaries, with the folders of their packages.
    pub tests: Vec<(String, PathBuf)>,
    /// The command that lowers instruction sets.
    pub tables: PathBuf,
}

/// Packages with the tests.
const TESTED: [&str; 4] = ["mimeo-lower", "mimeo-interp", "mimeo-jit", "mimeo-tests"];

/// Removes mutants from the copy until it compiles. Returns the programs and the removed mutants.
///
/// # Errors
///
/// If an error is not about a mutant, with the compiler's message.
pub fn compile(tree: &mut Tree, target: &Path) -> Result<(Programs, BTreeSet<usize>), String> {
    let mut left_out = BTreeSet::new();
    loop {
        tree.write(&left_out)?;
        let check = ["check", "-p", "mimeo-lower", "-p", "mimeo-interp", "-p", "mimeo-jit"];
        let (_, errors) = cargo(tree, target, &check)?;
        if errors.is_empty() {
            break;
        }
        let before = left_out.len();
        for error in &errors {
            left_out.extend(culprits(tree, error, &left_out)?);
        }
        if left_out.len() == before {
            return Err(format!("the copy does not compile:\n{}", text(&errors[0]["rendered"])));
        }
        eprintln!("{} mutants do not compile", left_out.len());
    }
    let packages = TESTED.iter().flat_map(|package| ["-p", package]);
    let test: Vec<&str> = ["test", "--no-run", "--lib", "--test", "all"].into_iter().chain(packages).collect();
    let mut programs = Programs::default();
    for args in [&test[..], &["build", "-p", "mimeo-mutant-tables"]] {
        let (messages, errors) = cargo(tree, target, args)?;
        if let Some(error) = errors.first() {
            return Err(format!("the copy does not compile:\n{}", text(&error["rendered"])));
        }
        for message in &messages {
            let Some(program) = message["executable"].as_str() else { continue };
            match message["target"]["name"].as_str() {
                Some("mimeo-mutant-tables") => programs.tables = program.into(),
                name => programs.tests.push((name.unwrap_or_default().to_owned(), program.into())),
            }
        }
    }
    Ok((programs, left_out))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Runs cargo in the copy. Returns its messages and the compiler's errors.
fn cargo(tree: &Tree, target: &Path, args: &[&str]) -> Result<(Vec<Value>, Vec<Value>), String> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(&tree.copy).args(args).args(["--offline", "--message-format=json"]);
    // Hides warnings, which mutants cause in large numbers.
    cargo.env("CARGO_TARGET_DIR", target).stderr(Stdio::null());
    cargo.env_remove("CARGO_MANIFEST_DIR").env_remove("MIMEO_STENCILS");
    let output = cargo.output().map_err(|error| format!("cannot run cargo: {error}"))?;
    let messages: Vec<Value> =
        String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let all_errors = messages
        .iter()
        .filter(|message| message["reason"] == "compiler-message" && message["message"]["level"] == "error")
        .map(|message| message["message"].clone());
    let has_place = |error: &Value| error["spans"].as_array().is_some_and(|spans| !spans.is_empty());
    let (errors, elsewhere): (Vec<Value>, Vec<Value>) = all_errors.partition(has_place);
    if !output.status.success() && errors.is_empty() {
        let said = elsewhere.first().map_or("", |error| text(&error["rendered"]));
        return Err(format!("`cargo {}` fails in `{}`\n{said}", args.join(" "), tree.copy.display()));
    }
    Ok((messages, errors))
}

/// Returns the mutants that an error is about: the innermost mutant at its position, or else all mutants that delete
/// statements in its function, because later code can depend on them.
fn culprits(tree: &Tree, error: &Value, left_out: &BTreeSet<usize>) -> Result<Vec<usize>, String> {
    let spans = error["spans"].as_array().map_or(&[][..], Vec::as_slice);
    let primary = spans.iter().filter(|span| span["is_primary"] == true);
    for span in primary.chain(spans) {
        let Some(file) = tree.files.iter().find(|file| file.path == text(&span["file_name"])) else { continue };
        let at = span["byte_start"].as_u64().unwrap_or_default() as usize;
        let end = span["byte_end"].as_u64().unwrap_or_default() as usize;
        let around = file.schemata.places.iter().filter(|(_, range)| range.start <= at && end <= range.end);
        let smallest = around.min_by_key(|(_, range)| range.len());
        if let Some((index, range)) = smallest {
            let same =
                file.schemata.places.iter().filter(|(_, other)| other == range).map(|(index, _)| file.first + index);
            let _ = index;
            return Ok(same.collect());
        }
        // A function's mutants are consecutive.
        let before =
            file.schemata.places.iter().filter(|(_, range)| range.end <= at).map(|(index, _)| file.first + index);
        let Some(nearest) = before.max() else { continue };
        let function = &tree.mutants[nearest].function;
        let statements = (file.first..file.first + file.count).filter(|&number| {
            let mutant = &tree.mutants[number];
            mutant.function == *function && mutant.place == Place::Stmt && !left_out.contains(&number)
        });
        return Ok(statements.collect());
    }
    Err(format!("the copy does not compile:\n{}", text(&error["rendered"])))
}
