//! Outcomes of stages ↔ the text of the support page, which stores them.

use std::fmt;

/// The stages, in the order in which they run.
pub const STAGES: [&str; 5] = ["extract", "generate", "build", "smoke", "parity"];

const HEAD: &str = "\
# Support

What works on which target, as tested: `cargo run --release -p mimeo-support` writes this page, and `--check` compares
it. The languages are those of `examples`, calc and Lua.

* **extract**: each available C compiler compiles the ops to objects in the target's format. The stencil of every op is
  extracted from them and passes the audit.
* **generate**: `mimeo generate` writes the table to check in. Two runs give the same table, and `--check` accepts it.
* **build**: the commands `mimeo-calc` and `mimeo-lua` are built with native code and without (lean).
* **smoke**: some programs run with `--jit=on`. The statistics show that every function ran in native code without gaps.
* **parity**: all programs run with `--jit=auto`, `on` and `off`, and lean. Output, errors and status are exactly those
  written in the programs. If only the target's stencils run, then in the modes that have native code.

If the target's own system was not available, the cell names the substitute.
";

/// The result of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The stage succeeded.
    Passed,
    /// The stage succeeded with this substitute for the target's own system.
    PassedBy(String),
    /// The stage failed.
    Failed,
    /// The stage could not run on this machine.
    NotRun,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Passed => f.write_str("passed"),
            Verdict::PassedBy(substitute) => write!(f, "passed ({substitute})"),
            Verdict::Failed => f.write_str("failed"),
            Verdict::NotRun => f.write_str("not run"),
        }
    }
}

impl Verdict {
    fn parse(text: &str) -> Option<Verdict> {
        let substitute = text.strip_prefix("passed (").and_then(|rest| rest.strip_suffix(')'));
        match text {
            "passed" => Some(Verdict::Passed),
            "failed" => Some(Verdict::Failed),
            "not run" => Some(Verdict::NotRun),
            _ => substitute.map(|substitute| Verdict::PassedBy(substitute.to_owned())),
        }
    }
}

/// A cell of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The result of the stage.
    pub verdict: Verdict,
    /// One line: what ran and what it found, or the reason why it did not run.
    pub how: String,
}

/// A target's outcomes, in the order of [`STAGES`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Name of the target.
    pub name: String,
    /// One for each stage.
    pub outcomes: Vec<Outcome>,
}

impl Row {
    /// Returns the outcome of a stage.
    pub fn outcome(&self, stage: &str) -> Option<&Outcome> {
        self.outcomes.get(STAGES.iter().position(|&name| name == stage)?)
    }
}

/// The whole table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The targets.
    pub rows: Vec<Row>,
}

impl Page {
    /// Returns the row of a target.
    pub fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }

    /// Replaces the target's row, or adds it.
    pub fn put(&mut self, row: Row) {
        match self.rows.iter_mut().find(|other| other.name == row.name) {
            Some(other) => *other = row,
            None => self.rows.push(row),
        }
    }

    /// Parses the page. The sections of the targets contain all outcomes.
    ///
    /// # Errors
    ///
    /// A sentence about the first missing or invalid line.
    pub fn parse(text: &str) -> Result<Page, String> {
        let mut rows: Vec<Row> = Vec::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("## ") {
                rows.push(Row { name: name.to_owned(), outcomes: Vec::new() });
            }
            let Some((row, item)) = rows.last_mut().zip(line.strip_prefix("* **")) else { continue };
            let stage =
                *STAGES.get(row.outcomes.len()).ok_or_else(|| format!("{}: more stages than expected", row.name))?;
            let rest = item.strip_prefix(stage).and_then(|rest| rest.strip_prefix("**, "));
            let parsed = rest
                .and_then(|rest| rest.split_once(": "))
                .and_then(|(verdict, how)| Some(Outcome { verdict: Verdict::parse(verdict)?, how: how.to_owned() }));
            row.outcomes.push(parsed.ok_or_else(|| format!("{}: `{line}` is not about {stage}", row.name))?);
        }
        match rows.iter().find(|row| row.outcomes.len() < STAGES.len()) {
            Some(row) => Err(format!("{}: a stage is missing", row.name)),
            None => Ok(Page { rows }),
        }
    }
}

/// The table is written by hand: a crate for tables would replace only the first loop.
impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}\n| target | {} |\n|---|---|---|---|---|---|", STAGES.join(" | "))?;
        for row in &self.rows {
            write!(f, "| {} |", row.name)?;
            for outcome in &row.outcomes {
                write!(f, " {} |", outcome.verdict)?;
            }
            writeln!(f)?;
        }
        for row in &self.rows {
            writeln!(f, "\n## {}\n", row.name)?;
            for (stage, outcome) in STAGES.iter().zip(&row.outcomes) {
                writeln!(f, "* **{stage}**, {}: {}", outcome.verdict, outcome.how)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PLACES;

    #[test]
    fn a_written_page_can_be_parsed() {
        let by = |substitute: &str| Verdict::PassedBy(substitute.to_owned());
        let verdicts = [Verdict::Passed, by("Wine"), by("its stencils on a, b"), Verdict::Failed, Verdict::NotRun];
        let outcomes = verdicts.map(|verdict| Outcome { verdict, how: "`a`: b, c".to_owned() }).to_vec();
        let mut page = Page::default();
        page.put(Row { name: "one".to_owned(), outcomes: outcomes.clone() });
        page.put(Row { name: "two".to_owned(), outcomes });
        assert_eq!(Page::parse(&page.to_string()), Ok(page));
    }

    #[test]
    fn an_incomplete_page_is_refused() {
        let missing = "## one\n* **extract**, passed: x\n";
        assert_eq!(Page::parse(missing).unwrap_err(), "one: a stage is missing");
        let unknown = "## one\n* **extract**, perhaps: x\n";
        assert_eq!(Page::parse(unknown).unwrap_err(), "one: `* **extract**, perhaps: x` is not about extract");
    }

    /// The page may have been written on another machine, so only its structure is checked.
    #[test]
    fn the_checked_in_page_has_every_cell_and_every_reason() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/support.md");
        let text = std::fs::read_to_string(file).expect("the page exists");
        let page = Page::parse(&text).unwrap();
        let names: Vec<&str> = page.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, PLACES.iter().map(|place| place.name).collect::<Vec<_>>());
        for outcome in page.rows.iter().flat_map(|row| &row.outcomes) {
            assert!(outcome.how.len() > 10, "{outcome:?}");
            assert_ne!(outcome.verdict, Verdict::Failed, "{outcome:?}");
        }
        assert_eq!(page.to_string(), text, "the page must be written by the command");
    }
}
