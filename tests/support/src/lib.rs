//! The supported targets and the tools of this machine → the page `docs/support.md`: what works on which target.
//!
//! Each target goes through five stages, with the languages of the examples: extracting their stencils from objects,
//! generating their tables, building their commands, running some programs, and running all their programs in every
//! mode. If the target's own system is not available, a substitute is used, and the page names it.

mod build;
mod page;
mod place;
mod run;
mod tables;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub use page::{Outcome, Page, Row, STAGES, Verdict};
pub use place::{PLACES, Place};

use build::Builder;
use place::Execution;

/// Path of the page in the repository.
const PAGE: &str = "docs/support.md";

/// What `--help` prints.
pub const USAGE: &str = "\
usage: mimeo-support [--check] [--target NAME]…

Runs the stages of the support table and writes docs/support.md. Must be started in the root of the repository.

options:
  --target NAME   only this target (x86_64-linux, aarch64-linux, x86_64-windows, x86_64-darwin, aarch64-darwin); can
                  be repeated; the rows of other targets do not change
  --check         write nothing; fail if the result of a stage differs from the page
  -h, --help      print this help
";

/// The action that the command line requests.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Whether to compare the results with the page instead of writing it.
    pub check: bool,
    /// The targets; empty for all.
    pub targets: Vec<String>,
}

/// Runs the stages, and writes or compares the page. Calls `report` with a line for each completed stage.
///
/// # Errors
///
/// A sentence about an unknown target, a folder that is not the root of the repository, a page that cannot be read or
/// written, or a stage that failed or differs from the page.
pub fn run(root: &Path, request: &Request, mut report: impl FnMut(&str)) -> Result<String, String> {
    if !root.join("examples/calc/src/ops.rs").is_file() {
        return Err("this is not the root of the repository: `examples/calc/src/ops.rs` does not exist".to_owned());
    }
    for name in &request.targets {
        if !PLACES.iter().any(|place| place.name == name) {
            return Err(format!("unknown target `{name}`"));
        }
    }
    let file = root.join(PAGE);
    let before = match fs::read_to_string(&file) {
        Ok(text) => Some(Page::parse(&text).map_err(|error| format!("`{PAGE}` is invalid: {error}"))?),
        Err(error) if !request.check && error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(format!("cannot read `{PAGE}`: {error}")),
    };
    let scratch = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let builder = Builder::new(root, &scratch)?;
    let mut page = before.clone().unwrap_or_default();
    let mut wrong = Vec::new();
    for place in PLACES {
        if !request.targets.is_empty() && !request.targets.iter().any(|name| name == place.name) {
            continue;
        }
        let row = stages(place, &builder, &mut report)?;
        for (stage, outcome) in STAGES.iter().zip(&row.outcomes) {
            let expected = before.as_ref().and_then(|page| page.row(place.name)?.outcome(stage));
            if outcome.verdict == Verdict::Failed {
                wrong.push(format!("{}, {stage}: failed: {}", place.name, outcome.how));
            } else if let Some(expected) = expected.filter(|expected| expected.verdict != outcome.verdict) {
                let (was, is) = (&expected.verdict, &outcome.verdict);
                if request.check {
                    wrong.push(format!("{}, {stage}: expected `{was}`, but was `{is}`: {}", place.name, outcome.how));
                }
            }
        }
        page.put(row);
        if !request.check {
            fs::write(&file, page.to_string()).map_err(|error| format!("cannot write `{PAGE}`: {error}"))?;
        }
    }
    match wrong.is_empty() {
        true if request.check => Ok(format!("`{PAGE}` is up to date\n")),
        true => Ok(format!("wrote `{PAGE}`\n")),
        false => Err(wrong.join("\n")),
    }
}

/// Runs all stages for one target.
fn stages(place: &Place, builder: &Builder, report: &mut impl FnMut(&str)) -> Result<Row, String> {
    let execution = place.execution();
    let mut outcomes = Vec::new();
    let mut done = |outcome: Outcome| {
        report(&format!("{}, {}: {}: {}", place.name, STAGES[outcomes.len()], outcome.verdict, outcome.how));
        outcomes.push(outcome);
    };
    let work = builder.scratch(place.name)?;
    done(tables::extract(place, builder.root(), &work));
    let (tables, outcome) = tables::generate(place, builder.root(), &work);
    done(outcome);
    let (programs, outcome) = builder.build(place, &execution, tables.as_ref());
    done(outcome);
    match programs {
        Ok(programs) => {
            let substitute = execution.substitute();
            let only_stencils = matches!(execution, Execution::Stencils(..));
            done(outcome_of(run::smoke(&programs), substitute.as_deref()));
            done(outcome_of(run::parity(&programs, only_stencils), substitute.as_deref()));
        }
        Err(reason) => {
            done(Outcome { verdict: Verdict::NotRun, how: reason.clone() });
            done(Outcome { verdict: Verdict::NotRun, how: reason });
        }
    }
    Ok(Row { name: place.name.to_owned(), outcomes })
}

/// Converts a result to an outcome.
fn outcome_of(result: Result<String, String>, substitute: Option<&str>) -> Outcome {
    match (result, substitute) {
        (Ok(how), None) => Outcome { verdict: Verdict::Passed, how },
        (Ok(how), Some(substitute)) => Outcome { verdict: Verdict::PassedBy(substitute.to_owned()), how },
        (Err(how), _) => Outcome { verdict: Verdict::Failed, how },
    }
}
