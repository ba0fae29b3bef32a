//! Reports → a table for people, or JSON as evidence.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::check::{Report, Verdict};
use crate::command::Command;
use crate::judge::Decision;
use crate::versions;

/// The version of the JSON format.
const SCHEMA: u32 = 1;

/// Returns the table.
pub(crate) fn table(reports: &[Report], decision: &Decision) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write_table(&mut out, reports, decision);
    out
}

fn write_table(out: &mut String, reports: &[Report], decision: &Decision) -> std::fmt::Result {
    let versions = versions::versions();
    let machine = versions::machine();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    writeln!(
        out,
        "mimeo {}, {} build for {}\n{}; stencils by {}\n",
        text(&versions["mimeo"]),
        versions::build(),
        text(&machine["target"]),
        text(&versions["rustc"]),
        text(&versions["stencil_compiler"]),
    )?;
    let width = reports.iter().map(|report| report.name.len()).max().unwrap_or(0);
    for report in reports {
        let verdict = word(&report.verdict);
        writeln!(
            out,
            "{:width$}  {verdict:7}  {:6.2} s  {}",
            report.name,
            report.duration.as_secs_f64(),
            report.proves
        )?;
        let figures: Vec<String> = report.figures.iter().map(|(name, value)| format!("{name} {value}")).collect();
        if !figures.is_empty() {
            writeln!(out, "{:width$}  {}", "", figures.join(", "))?;
        }
        for line in reasons(&report.verdict) {
            writeln!(out, "{:width$}  ! {}", "", line.replace('\n', "\n      "))?;
        }
    }
    if decision.passes() {
        let skipped = if decision.allowed.is_empty() {
            String::new()
        } else {
            format!(", without {}", decision.allowed.join(", "))
        };
        writeln!(out, "\npassed{skipped}")
    } else {
        let names = [decision.failed.as_slice(), &decision.skipped].concat();
        writeln!(out, "\nFAILED: {}", names.join(", "))
    }
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed(_) => "failed",
        Verdict::Skipped(_) => "skipped",
    }
}

fn reasons(verdict: &Verdict) -> &[String] {
    match verdict {
        Verdict::Passed => &[],
        Verdict::Failed(reasons) => reasons,
        Verdict::Skipped(reason) => std::slice::from_ref(reason),
    }
}

/// Returns the evidence.
pub(crate) fn json(reports: &[Report], command: &Command, decision: &Decision) -> String {
    let checks: Vec<Value> = reports
        .iter()
        .map(|report| {
            let figures: Map<String, Value> =
                report.figures.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            json!({
                "name": report.name,
                "proves": report.proves,
                "verdict": word(&report.verdict),
                "reasons": reasons(&report.verdict),
                "duration_ms": report.duration.as_millis() as u64,
                "figures": figures,
            })
        })
        .collect();
    let whole = json!({
        "schema": SCHEMA,
        "verdict": if decision.passes() { "passed" } else { "failed" },
        "versions": versions::versions(),
        "machine": versions::machine(),
        "build": versions::build(),
        "allow_skip": command.allow_skip,
        "checks": checks,
    });
    format!("{whole:#}\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::*;
    use crate::judge;

    fn reports() -> Vec<Report> {
        let report = |name, verdict, figures| Report {
            name,
            proves: "It works.",
            verdict,
            duration: Duration::from_millis(1234),
            figures,
        };
        vec![
            report("one", Verdict::Passed, vec![("ops", 25.into()), ("median_ns", 44_000.into())]),
            report("other", Verdict::Failed(vec!["2 is not 3:\nsee above".into()]), Vec::new()),
            report("third", Verdict::Skipped("there is no cargo".into()), Vec::new()),
        ]
    }

    #[test]
    fn the_table_lists_what_is_wrong() {
        let reports = reports();
        let text = table(&reports, &judge::decide(&reports, &["third".to_owned()].into()));
        let (_, checks) = text.split_once("\n\n").unwrap();
        let expected = "\
one    passed     1.23 s  It works.
       ops 25, median_ns 44000
other  failed     1.23 s  It works.
       ! 2 is not 3:
      see above
third  skipped    1.23 s  It works.
       ! there is no cargo

FAILED: other
";
        assert_eq!(checks, expected);
        let passed = &reports[..1];
        assert!(table(passed, &judge::decide(passed, &Default::default())).ends_with("\n\npassed\n"));
    }

    /// Collects the paths in a value and their types, with `[]` for lists; does not descend into `figures`.
    fn fields(value: &Value, path: &str, found: &mut BTreeMap<String, &'static str>) {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        if !path.is_empty() && !path.ends_with("[]") {
            found.insert(path.to_owned(), kind);
        }
        match value {
            Value::Object(object) if !path.ends_with(".figures") => {
                for (name, value) in object {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    fields(value, &path, found);
                }
            }
            Value::Array(list) => list.iter().for_each(|value| fields(value, &format!("{path}[]"), found)),
            _ => {}
        }
    }

    #[test]
    fn the_page_says_what_each_check_proves() {
        let page = include_str!("../../../docs/check.md");
        for check in crate::checks::ALL {
            let row = format!("| `{}` | {} |", check.name, check.proves.trim_end_matches('.'));
            assert!(page.contains(&row), "{row}");
        }
    }

    #[test]
    fn the_page_describes_the_json() {
        let reports = reports();
        let command = Command::default();
        let text = json(&reports, &command, &judge::decide(&reports, &command.allow_skip));
        let value: Value = serde_json::from_str(&text).unwrap();
        let mut found = BTreeMap::new();
        fields(&value, "", &mut found);
        let page = include_str!("../../../docs/check.md");
        let (_, section) = page.split_once("\n## The JSON\n").expect("the page has it");
        let rows = section.lines().take_while(|line| !line.starts_with("## ")).filter_map(|line| {
            let mut cells = line.trim_matches('|').split(" | ");
            let path = cells.next()?.trim().strip_prefix('`')?.strip_suffix('`')?;
            Some((path.to_owned(), cells.next()?.trim().to_owned()))
        });
        let described: BTreeMap<String, String> = rows.collect();
        let found = found.into_iter().map(|(path, kind)| (path, kind.to_owned())).collect();
        assert_eq!(described, found);
        assert_eq!(value["schema"], SCHEMA);
        assert_eq!(value["verdict"], "failed");
    }
}
