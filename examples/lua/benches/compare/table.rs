//! [`Results`] → tables that are readable both as text and as Markdown.

use std::fmt::Write as _;

use crate::results::Results;
use crate::share::Share;

/// Returns all tables, and the remarks on them.
pub fn render(results: &Results) -> String {
    let mut text = String::new();
    let engines = results.engines.iter().map(|engine| engine.label);
    let baseline = results.engines[results.baseline()].label;

    let mut times = Table::new(["milliseconds"].into_iter().chain(engines.clone()));
    let mut speeds = Table::new([&*format!("times as fast as {baseline}")].into_iter().chain(engines));
    for row in &results.rows {
        let cells = |value: &dyn Fn(usize) -> String| (0..results.engines.len()).map(value).collect::<Vec<_>>();
        let ms = cells(&|engine| row.median_ms(engine).map_or("failed".to_owned(), |ms| format!("{ms:.0}")));
        times.row(&row.program, ms);
        speeds.row(&row.program, cells(&|engine| times_as_fast(row.speed(engine, results.baseline()))));
    }
    let means = (0..results.engines.len()).map(|engine| times_as_fast(results.mean_speed(engine)));
    speeds.row("**geometric mean**", means.map(|mean| format!("**{mean}**")).collect());
    write(&mut text, format_args!("{}\n{}\n", times.render(), speeds.render()));

    let slower = results.rows.iter().flat_map(|row| {
        let modes = results.slower_with_native_code(row);
        modes.into_iter().map(|(mode, times)| format!("{} in the mode {mode} ({times:.2}×)", row.program))
    });
    let slower = slower.collect::<Vec<_>>().join(", ");
    let slower = if slower.is_empty() { "none" } else { &slower };
    write(&mut text, format_args!("More than 5 % slower with native code than with --jit=off: {slower}.\n"));

    let mut shares = Table::new([
        "ops with --jit=auto",
        "executed",
        "interpreted",
        "native",
        "left native code, by reason",
        "side exits, by op",
    ]);
    let mut blocked = String::new();
    for row in &results.rows {
        let Some(share) = &row.share else { continue };
        let numbers =
            [share.executed.to_string(), share.interpreted.to_string(), format!("{:.3} %", share.native_percent())];
        shares
            .row(&row.program, numbers.into_iter().chain([counts(&share.exits), counts(&share.side_exits)]).collect());
        write_blocked(&mut blocked, &row.program, share);
    }
    if !shares.rows.is_empty() {
        let blocked = if blocked.is_empty() { "All hot functions could be compiled.\n" } else { &blocked };
        write(&mut text, format_args!("\n{}\n{blocked}", shares.render()));
    }
    for error in &results.errors {
        write(&mut text, format_args!("\nerror: {error}\n"));
    }
    text
}

fn write_blocked(text: &mut String, program: &str, share: &Share) {
    for (function, sentence) in &share.blocked {
        write(text, format_args!("In {program}, `{function}` could not be compiled: {sentence}\n"));
    }
}

fn write(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("writing to a string never fails");
}

fn times_as_fast(speed: Option<f64>) -> String {
    speed.map_or("failed".to_owned(), |speed| format!("{speed:.2}"))
}

fn counts(counts: &[(&'static str, u64)]) -> String {
    counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}

/// A table, whose first column is aligned left, and the others right.
///
/// It is written by hand because comfy-table's preset for Markdown does not mark the alignment of columns.
struct Table {
    rows: Vec<Vec<String>>,
    header: Vec<String>,
}

impl Table {
    fn new<'a>(header: impl IntoIterator<Item = &'a str>) -> Table {
        Table { rows: Vec::new(), header: header.into_iter().map(str::to_owned).collect() }
    }

    fn row(&mut self, name: &str, cells: Vec<String>) {
        self.rows.push([name.to_owned()].into_iter().chain(cells).collect());
    }

    fn render(&self) -> String {
        let all = || [&self.header].into_iter().chain(&self.rows);
        let width = |column: usize| all().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.header.len()).map(width).collect();
        let line = |row: &Vec<String>| {
            let mut line = String::from("|");
            for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                match column {
                    0 => write(&mut line, format_args!(" {cell:<width$} |")),
                    _ => write(&mut line, format_args!(" {cell:>width$} |")),
                }
            }
            line + "\n"
        };
        let rule = widths.iter().enumerate().map(|(column, &width)| match column {
            0 => format!("|{}|", "-".repeat(width + 2)),
            _ => format!("{}:|", "-".repeat(width + 1)),
        });
        let rule: String = rule.collect();
        let rows: String = self.rows.iter().map(line).collect();
        format!("{}{rule}\n{rows}", line(&self.header))
    }
}
