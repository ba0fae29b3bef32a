//! The supported targets and the tools of this machine → the page `docs/support.md`: what works where, as it was run.
//!
//! Each target goes through five stages, with calc as the language: its stencils are extracted from objects, its table
//! is generated, the program is built, it runs a little, and it runs its whole corpus in every mode. Where the target's
//! own system is not at hand a substitute serves as far as it goes, and the page names it.

mod build;
mod page;
mod place;
mod run;
mod tables;
mod tree;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub use page::{Outcome, Page, Row, STAGES, Verdict};
pub use place::{PLACES, Place};

use build::Builder;

/// Where the page is, from the root of the tree.
const PAGE: &str = "docs/support.md";

/// What `--help` prints.
pub const USAGE: &str = "\
usage: mimeo-support [--check] [--target NAME]…

Runs the stages of the support table and writes docs/support.md. It runs in the root of mimeo's tree.

options:
  --target NAME   only this target (x86_64-linux, aarch64-linux, x86_64-windows, x86_64-darwin, aarch64-darwin); can
                  be repeated; the rows of the others stay as they are
  --check         write nothing; fail when a stage comes out differently from what the page says
  -h, --help      show this
";

/// What is to be done.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Only compare.
    pub check: bool,
    /// The targets; none stands for all.
    pub targets: Vec<String>,
}

/// Runs the stages, and writes the page or compares it. `told` hears of each stage when it is done.
///
/// # Errors
///
/// A sentence: a target that does not exist, a folder that is not mimeo's, a page that cannot be read or written, or a
/// stage that failed or came out differently.
pub fn run(root: &Path, request: &Request, mut told: impl FnMut(&str)) -> Result<String, String> {
    if !root.join("examples/calc/src/ops.rs").is_file() {
        return Err("this is not the root of mimeo's tree: there is no `examples/calc/src/ops.rs`".to_owned());
    }
    for name in &request.targets {
        if !PLACES.iter().any(|place| place.name == name) {
            return Err(format!("there is no target `{name}`"));
        }
    }
    let file = root.join(PAGE);
    let before = match fs::read_to_string(&file) {
        Ok(text) => Some(Page::parse(&text).map_err(|error| format!("`{PAGE}` is no such page: {error}"))?),
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
        let row = stages(place, &builder, &mut told)?;
        for (stage, outcome) in STAGES.iter().zip(&row.outcomes) {
            let expected = before.as_ref().and_then(|page| page.row(place.name)?.outcome(stage));
            if outcome.verdict == Verdict::Failed {
                wrong.push(format!("{}, {stage}: failed: {}", place.name, outcome.how));
            } else if let Some(expected) = expected.filter(|expected| expected.verdict != outcome.verdict) {
                let (was, is) = (&expected.verdict, &outcome.verdict);
                if request.check {
                    wrong.push(format!("{}, {stage}: the page says `{was}`, but: {is}: {}", place.name, outcome.how));
                }
            }
        }
        page.put(row);
        if !request.check {
            fs::write(&file, page.to_string()).map_err(|error| format!("cannot write `{PAGE}`: {error}"))?;
        }
    }
    match wrong.is_empty() {
        true if request.check => Ok(format!("`{PAGE}` is true\n")),
        true => Ok(format!("`{PAGE}` is written\n")),
        false => Err(wrong.join("\n")),
    }
}

/// All stages of one target.
fn stages(place: &Place, builder: &Builder, told: &mut impl FnMut(&str)) -> Result<Row, String> {
    let way = place.way();
    let mut outcomes = Vec::new();
    let mut done = |outcome: Outcome| {
        told(&format!("{}, {}: {}: {}", place.name, STAGES[outcomes.len()], outcome.verdict, outcome.how));
        outcomes.push(outcome);
    };
    let work = builder.scratch(place.name)?;
    done(tables::extract(place, builder.root(), &work));
    let (table, outcome) = tables::generate(place, builder.root(), &work);
    done(outcome);
    let (programs, outcome) = builder.build(place, &way, table.as_deref());
    done(outcome);
    match programs {
        Ok(programs) => {
            let substitute = way.substitute();
            done(tell(run::smoke(&programs), substitute.as_deref()));
            done(tell(run::parity(&programs), substitute.as_deref()));
        }
        Err(reason) => {
            done(Outcome { verdict: Verdict::NotRun, how: reason.clone() });
            done(Outcome { verdict: Verdict::NotRun, how: reason });
        }
    }
    Ok(Row { name: place.name.to_owned(), outcomes })
}

/// A result as an outcome.
fn tell(result: Result<String, String>, substitute: Option<&str>) -> Outcome {
    match (result, substitute) {
        (Ok(how), None) => Outcome { verdict: Verdict::Passed, how },
        (Ok(how), Some(substitute)) => Outcome { verdict: Verdict::PassedBy(substitute.to_owned()), how },
        (Err(how), _) => Outcome { verdict: Verdict::Failed, how },
    }
}
