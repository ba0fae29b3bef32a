//! The C compilers of a target → the outcomes of the stages that make its table.

use std::fs;
use std::path::{Path, PathBuf};

use mimeo_build::Toolchain;
use mimeo_build::table::OwnedTable;
use mimeo_cli::command::Generate;
use mimeo_cli::generate;
use mimeo_corpus::process::is_installed;
use mimeo_corpus::{Language, language};
use mimeo_lower::Lowered;

use crate::place::Place;
use crate::{Outcome, Verdict, outcome_of};

/// The path of each language's table.
pub(crate) type Tables = Vec<(&'static Language, PathBuf)>;

/// Compiles the ops of all languages with every available compiler, and extracts the stencils from the objects.
pub(crate) fn extract(place: &Place, root: &Path, work: &Path) -> Outcome {
    let present: Vec<&str> = place.compilers().filter(|compiler| is_installed(compiler)).collect();
    if present.is_empty() {
        return Outcome { verdict: Verdict::NotRun, how: none_of(place) };
    }
    let all: Result<Vec<String>, String> =
        present.iter().map(|compiler| extract_by(compiler, place, root, work)).collect();
    outcome_of(all.map(|all| all.join("; ")), None)
}

fn extract_by(compiler: &str, place: &Place, root: &Path, work: &Path) -> Result<String, String> {
    let named = |message: &dyn std::fmt::Display| format!("`{compiler}`: {}", first_line(&message.to_string()));
    let tools = Toolchain::probe_program(compiler, &place.target(), &[], work).map_err(|unusable| named(&unusable))?;
    let format = tools.format();
    if format != place.format {
        return Err(named(&format!("the format of its objects is {}", format.name())));
    }
    let mut counts = Vec::new();
    for language in language::ALL {
        let mut ops = 0;
        for set in &sets(language, root).map_err(|error| named(&error))? {
            let table = OwnedTable::build(set, &tools, root, work).map_err(|unusable| named(&unusable))?;
            if let Some((op, reason)) = table.ops.iter().find_map(|op| Some((&op.name, op.stencil.as_ref().err()?))) {
                return Err(named(&format!("op `{op}` of {} has no stencil: {reason}", language.name)));
            }
            ops += table.ops.len();
        }
        counts.push(format!("{ops} ops of {}", language.name));
    }
    Ok(format!("{} from {} by {}", counts.join(" and "), format.name(), tools.compiler()))
}

/// Returns the instruction sets of a language.
fn sets(language: &Language, root: &Path) -> Result<Vec<Lowered>, String> {
    let source = fs::read_to_string(root.join(language.ops)).map_err(|error| error.to_string())?;
    mimeo_lower::lower_file(&source, "src/ops.rs").map_err(|error| error.to_string())
}

/// Writes the tables with the first available compiler, and returns their paths.
pub(crate) fn generate(place: &Place, root: &Path, work: &Path) -> (Option<Tables>, Outcome) {
    let Some(compiler) = place.compilers().find(|compiler| is_installed(compiler)) else {
        return (None, Outcome { verdict: Verdict::NotRun, how: none_of(place) });
    };
    let mut counts = Vec::new();
    let mut tables = Tables::new();
    for language in language::ALL {
        let output = work.join(format!("{}.stencils", language.name));
        match generate_to(&output, compiler, place, &root.join(language.ops)) {
            Ok(ops) => counts.push(format!("{ops} ops of {}", language.name)),
            Err(reason) => return (None, outcome_of(Err(format!("{}: {reason}", language.name)), None)),
        }
        tables.push((language, output));
    }
    let command = format!("`mimeo generate --target {} --compiler {compiler}`", place.triple);
    (Some(tables), outcome_of(Ok(format!("{command}, tables of {}", counts.join(" and "))), None))
}

/// Writes a table, checks it, and returns the number of its ops.
fn generate_to(output: &Path, compiler: &str, place: &Place, ops: &Path) -> Result<usize, String> {
    let request = Generate {
        file: Some(ops.to_owned()),
        target: Some(place.triple.to_owned()),
        compiler: Some(compiler.to_owned()),
        output: Some(output.to_owned()),
        ..Generate::default()
    };
    let read = || fs::read_to_string(output).map_err(|error| format!("cannot read the table: {error}"));
    generate::run(&request).map_err(|message| first_line(&message))?;
    let first = read()?;
    generate::run(&request).map_err(|message| first_line(&message))?;
    if read()? != first {
        return Err(format!("two tables by `{compiler}` differ"));
    }
    generate::run(&Generate { check: true, ..request }).map_err(|message| first_line(&message))?;
    Ok(first.lines().filter(|line| line.starts_with("op ")).count())
}

fn none_of(place: &Place) -> String {
    format!("none of these compilers exists: {}", place.compilers().collect::<Vec<_>>().join(", "))
}

/// Returns the first line of a text, which fits into a cell.
pub(crate) fn first_line(text: &str) -> String {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or("no error message").trim().to_owned()
}
