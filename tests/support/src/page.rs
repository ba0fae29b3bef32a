//! Outcomes of stages ↔ the text of the support page, which is also where they are kept.

use std::fmt;

/// The stages, in the order in which a target goes through them.
pub const STAGES: [&str; 5] = ["extract", "generate", "build", "smoke", "parity"];

const HEAD: &str = "\
# Support

What works where, as it was run: `cargo run --release -p mimeo-support` writes this page, and with
`--check` compares it. The language is calc.

* **extract**: each C compiler that is there compiles the ops into objects of the target's format, and every op's stencil
  is cut from them and passes the audit.
* **generate**: `mimeo generate` writes the table that would be checked in, twice the same, and `--check` accepts it.
* **build**: the command `mimeo-calc` is built with native code, and without (lean).
* **smoke**: some programs run with `--jit=on`; the statistics show that every function ran natively, with no gap.
* **parity**: the whole corpus runs with `--jit=auto`, `on` and `off`, and lean; output, errors and status are those written
  in the programs, byte for byte.

Where the target's own system was not at hand, the cell says what stood in for it.
";

/// What became of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It did what it must.
    Passed,
    /// It did, with something in the place of the target's own system.
    PassedBy(String),
    /// It did not.
    Failed,
    /// It could not be run here.
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
    /// What became of the stage.
    pub verdict: Verdict,
    /// What was run and found, or the reason why it was not: one line.
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
    /// The outcome of a stage.
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
    /// The row of a target.
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

    /// Reads the page: the sections of the targets have everything.
    ///
    /// # Errors
    ///
    /// A sentence that says what is missing.
    pub fn parse(text: &str) -> Result<Page, String> {
        let mut rows: Vec<Row> = Vec::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("## ") {
                rows.push(Row { name: name.to_owned(), outcomes: Vec::new() });
            }
            let Some((row, item)) = rows.last_mut().zip(line.strip_prefix("* **")) else { continue };
            let stage = *STAGES.get(row.outcomes.len()).ok_or_else(|| format!("{}: a stage too many", row.name))?;
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
    fn what_is_written_can_be_read() {
        let by = |substitute: &str| Verdict::PassedBy(substitute.to_owned());
        let verdicts = [Verdict::Passed, by("Wine"), by("its stencils on a, b"), Verdict::Failed, Verdict::NotRun];
        let outcomes = verdicts.map(|verdict| Outcome { verdict, how: "`a`: b, c".to_owned() }).to_vec();
        let mut page = Page::default();
        page.put(Row { name: "one".to_owned(), outcomes: outcomes.clone() });
        page.put(Row { name: "two".to_owned(), outcomes });
        assert_eq!(Page::parse(&page.to_string()), Ok(page));
    }

    #[test]
    fn a_page_with_a_hole_is_refused() {
        let missing = "## one\n* **extract**, passed: x\n";
        assert_eq!(Page::parse(missing).unwrap_err(), "one: a stage is missing");
        let unknown = "## one\n* **extract**, perhaps: x\n";
        assert_eq!(Page::parse(unknown).unwrap_err(), "one: `* **extract**, perhaps: x` is not about extract");
    }

    /// What the command writes on this machine may differ from what it wrote on another, but not in shape.
    #[test]
    fn the_page_that_is_kept_has_every_cell_and_every_reason() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/support.md");
        let text = std::fs::read_to_string(file).expect("the page is there");
        let page = Page::parse(&text).unwrap();
        let names: Vec<&str> = page.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, PLACES.iter().map(|place| place.name).collect::<Vec<_>>());
        for outcome in page.rows.iter().flat_map(|row| &row.outcomes) {
            assert!(outcome.how.len() > 10, "{outcome:?}");
            assert_ne!(outcome.verdict, Verdict::Failed, "{outcome:?}");
        }
        assert_eq!(page.to_string(), text, "the page is made by the command, not by hand");
    }
}
