//! The C compilers of a target → the outcomes of the stages that make its table.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mimeo_build::Toolchain;
use mimeo_build::table::OwnedTable;
use mimeo_cli::command::Generate;
use mimeo_cli::generate;

use crate::place::Place;
use crate::{Outcome, Verdict, outcome_of};

/// Path of the ops that the stages use, in the repository.
pub(crate) const OPS: &str = "examples/calc/src/ops.rs";

/// Compiles the ops with every available compiler, and extracts the stencils from the objects.
pub(crate) fn extract(place: &Place, root: &Path, work: &Path) -> Outcome {
    let present: Vec<&str> = place.compilers().filter(|compiler| is_there(compiler)).collect();
    if present.is_empty() {
        return Outcome { verdict: Verdict::NotRun, how: none_of(place) };
    }
    let all: Result<Vec<String>, String> =
        present.iter().map(|compiler| extract_by(compiler, place, root, work)).collect();
    outcome_of(all.map(|all| all.join("; ")), None)
}

fn extract_by(compiler: &str, place: &Place, root: &Path, work: &Path) -> Result<String, String> {
    let named = |message: &dyn std::fmt::Display| format!("`{compiler}`: {}", first_line(&message.to_string()));
    let ops = root.join(OPS);
    let source = fs::read_to_string(&ops).map_err(|error| named(&error))?;
    let sets = mimeo_lower::lower_file(&source, "src/ops.rs").map_err(|error| named(&error))?;
    let tools = Toolchain::probe_program(compiler, &place.target(), &[], work).map_err(|unusable| named(&unusable))?;
    if tools.format() != place.format {
        return Err(named(&format!("the format of its objects is {}", tools.format().name())));
    }
    let (mut found, mut ops) = (0, 0);
    for set in &sets {
        let table = OwnedTable::build(set, &tools, root, work).map_err(|unusable| named(&unusable))?;
        for op in &table.ops {
            match &op.stencil {
                Ok(_) => found += 1,
                Err(reason) => return Err(named(&format!("op `{}` has no stencil: {reason}", op.name))),
            }
        }
        ops += table.ops.len();
    }
    Ok(format!("{found} of {ops} ops from {} by {}", tools.format().name(), tools.compiler()))
}

/// Writes the table with the first available compiler, and returns its path.
pub(crate) fn generate(place: &Place, root: &Path, work: &Path) -> (Option<PathBuf>, Outcome) {
    let Some(compiler) = place.compilers().find(|compiler| is_there(compiler)) else {
        return (None, Outcome { verdict: Verdict::NotRun, how: none_of(place) });
    };
    let output = work.join("ops.stencils");
    let result = generate_to(&output, compiler, place, root);
    (result.is_ok().then_some(output), outcome_of(result, None))
}

fn generate_to(output: &Path, compiler: &str, place: &Place, root: &Path) -> Result<String, String> {
    let request = Generate {
        file: Some(root.join(OPS)),
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
    let ops = first.lines().filter(|line| line.starts_with("op ")).count();
    Ok(format!("`mimeo generate --target {} --compiler {compiler}`, a table of {ops} ops", place.triple))
}

fn none_of(place: &Place) -> String {
    format!("none of these compilers exists: {}", place.compilers().collect::<Vec<_>>().join(", "))
}

/// Whether a command can be run.
pub(crate) fn is_there(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Returns the first line of a text, which fits into a cell.
pub(crate) fn first_line(text: &str) -> String {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or("no error message").trim().to_owned()
}
