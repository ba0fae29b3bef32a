//! [`Stats`] → a table for people, with units and shares, and without empty rows and columns.

use mimeo_def::frame::Exit;

use super::{Blocked, Code, Compile, Entry, Functions, Gap, Latency, Optimized, Refused, Regions, Stats};

impl Stats {
    /// Returns a table for people. Rows and columns for what did not happen are left out.
    ///
    /// ```
    /// use mimeo::jit::Stats;
    ///
    /// let mut stats = Stats::default();
    /// (stats.functions.ok, stats.functions.ok_with_deopt) = (3, 1);
    /// assert_eq!(stats.summary(), "functions compiled  4  3 ok (75.0%), 1 ok-with-deopt (25.0%)\n");
    /// ```
    pub fn summary(&self) -> String {
        let mut rows = Vec::new();
        let mut row = |name: &str, total: String, parts: String| {
            rows.push([name.to_owned(), total, parts]);
        };
        let Functions { ok, ok_with_deopt, blocked, evicted, recompiled, dropped, left_to_interpreter, .. } =
            self.functions;
        let compiled = self.functions.compiled();
        let kinds = shares(&[(ok, "ok"), (ok_with_deopt, "ok-with-deopt")], compiled, count);
        let fates = amounts(&[(recompiled, "compiled again"), (evicted, "evicted"), (dropped, "dropped")]);
        row("functions compiled", count(compiled), join([kinds, fates], "; "));
        if blocked > 0 {
            let left = amounts(&[(left_to_interpreter, "calls and iterations left to the interpreter")]);
            row("functions blocked", count(blocked), left);
        }
        let gaps: u64 = self.gaps.iter().map(|gap| gap.places).sum();
        if self.ops > 0 {
            let parts = [(self.ops.saturating_sub(gaps), "with a stencil"), (gaps, "without")];
            row("ops compiled", count(self.ops), shares(&parts, self.ops, count));
        }
        self.code_rows(&mut row);
        self.compile_rows(&mut row);
        let Optimized { loops, inlined, refused, ns, .. } = self.optimized;
        if loops + refused > 0 {
            row(
                "loops optimized",
                count(loops),
                join([amounts(&[(inlined, "calls inlined"), (refused, "refused")]), time(ns)], "; "),
            );
        }
        let switches = &self.switches;
        let entered: u64 = switches.entered.iter().sum();
        if entered > 0 {
            let parts = Entry::ALL.map(|entry| (switches.entered_by(entry), entry.name()));
            row("into native code", count(entered), shares(&parts, entered, count));
        }
        let left: u64 = switches.left.iter().sum();
        if left > 0 {
            let parts = Exit::ALL.map(|exit| (switches.left_by(exit), exit.name()));
            row("out of native code", count(left), shares(&parts, left, count));
        }
        let mut text = table(&rows, &[Align::Left, Align::Right, Align::Left]);
        self.write_gaps(&mut text);
        self.write_blocked(&mut text);
        self.write_refused(&mut text);
        text
    }

    fn code_rows(&self, row: &mut impl FnMut(&str, String, String)) {
        let Code { live_bytes, retired_bytes, reclaimed_bytes, limit_bytes, regions } = self.code;
        let Regions { hot_bytes, cold_bytes, constant_bytes, stub_bytes, optimized_bytes } = regions;
        if live_bytes > 0 {
            let parts = [
                (hot_bytes, "hot"),
                (cold_bytes, "cold"),
                (constant_bytes, "constants"),
                (stub_bytes, "stubs"),
                (optimized_bytes, "optimized"),
            ];
            let of_limit = limit_bytes.map(|limit| format!("{} of {}", percent(live_bytes, limit), bytes(limit)));
            row(
                "code",
                bytes(live_bytes),
                join([shares(&parts, live_bytes, bytes), of_limit.unwrap_or_default()], "; "),
            );
        }
        if retired_bytes > 0 {
            row("code retired", bytes(retired_bytes), "a frame may still return there".to_owned());
        }
        if reclaimed_bytes > 0 {
            row("code reclaimed", bytes(reclaimed_bytes), String::new());
        }
    }

    fn compile_rows(&self, row: &mut impl FnMut(&str, String, String)) {
        let Compile { plan_ns, emit_ns, seal_ns, latency, budget_ns, over_budget } = self.compile;
        let Latency { count: compilations, p50_ns, p90_ns, p99_ns, max_ns } = latency;
        if compilations == 0 {
            return;
        }
        let total_ns = self.compile.total_ns();
        let parts = [(plan_ns, "plan"), (emit_ns, "copy and patch"), (seal_ns, "map and seal")];
        let per_op = match self.ops {
            0 => String::new(),
            ops => format!("{} an op", time(total_ns / ops)),
        };
        row("compile time", time(total_ns), join([shares(&parts, total_ns, time), per_op], "; "));
        let percentiles =
            format!("p50 {}, p90 {}, p99 {}, max {}", time(p50_ns), time(p90_ns), time(p99_ns), time(max_ns));
        let budget = budget_ns.map(|ns| format!("{} over the budget of {}", count(over_budget), time(ns)));
        row("compilations", count(compilations), join([percentiles, budget.unwrap_or_default()], "; "));
    }

    fn write_gaps(&self, text: &mut String) {
        if self.gaps.is_empty() {
            return;
        }
        let executions: u64 = self.gaps.iter().map(Gap::executions).sum();
        // A column in which nothing happened is not shown.
        let columns: [(&str, Count); 5] = [
            ("places", |gap| gap.places),
            ("bytes", |gap| gap.bytes),
            ("side exits", |gap| gap.side_exits),
            ("blocked", |gap| gap.hard.functions),
            ("calls and iterations", |gap| gap.hard.runs),
        ];
        let columns = columns.iter().filter(|(_, value)| self.gaps.iter().any(|gap| value(gap) > 0));
        let columns: Vec<_> = columns.collect();
        let mut head = vec!["left to the interpreter".to_owned()];
        head.extend(columns.iter().map(|(name, _)| (*name).to_owned()));
        head.extend(["share".to_owned(), "why".to_owned()]);
        let mut rows = vec![head];
        for gap in &self.gaps {
            let mut row = vec![gap.op.to_owned()];
            row.extend(columns.iter().map(|(_, value)| match value(gap) {
                0 => "-".to_owned(),
                value => count(value),
            }));
            row.push(match gap.executions() {
                0 => "-".to_owned(),
                cost => percent(cost, executions),
            });
            let why = "its stencil requested the interpreter".to_owned();
            row.push(gap.reason.as_ref().map_or(why, ToString::to_string));
            rows.push(row);
        }
        let mut align = vec![Align::Right; rows[0].len()];
        (align[0], align[rows[0].len() - 1]) = (Align::Left, Align::Left);
        text.push('\n');
        *text += &table(&rows, &align);
    }

    fn write_refused(&self, text: &mut String) {
        let Optimized { refused, first_refused, .. } = &self.optimized;
        if first_refused.is_empty() {
            return;
        }
        *text += "\nloops without optimized code\n";
        for Refused { function, id, head, reason } in first_refused {
            *text += &format!("  `{function}` #{id} at {head}: {reason}\n");
        }
        let more = refused - first_refused.len() as u64;
        if more > 0 {
            *text += &format!("  and {} more\n", count(more));
        }
    }

    fn write_blocked(&self, text: &mut String) {
        let Functions { blocked, first_blocked, .. } = &self.functions;
        if first_blocked.is_empty() {
            return;
        }
        *text += "\nblocked\n";
        for Blocked { function, id, diagnostic, sentence, .. } in first_blocked {
            *text += &format!("  `{function}` #{id}: {diagnostic}: {sentence}\n");
        }
        let more = blocked - first_blocked.len() as u64;
        if more > 0 {
            *text += &format!("  and {} more\n", count(more));
        }
    }
}

/// A number of a gap.
type Count = fn(&Gap) -> u64;

#[derive(Clone, Copy)]
enum Align {
    Left,
    Right,
}

/// Returns rows of cells, in columns that are two spaces apart.
fn table(rows: &[impl AsRef<[String]>], align: &[Align]) -> String {
    let width = |column: usize| rows.iter().map(|row| row.as_ref()[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..align.len()).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.as_ref().iter().zip(align).zip(&widths).map(|((cell, align), &width)| match align {
            Align::Left => format!("{cell:<width$}"),
            Align::Right => format!("{cell:>width$}"),
        });
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
        text.push('\n');
    }
    text
}

/// Returns the parts that are not 0, each with its share of the total.
fn shares(parts: &[(u64, &str)], total: u64, show: fn(u64) -> String) -> String {
    let parts = parts.iter().filter(|&&(part, _)| part > 0);
    let parts = parts.map(|&(part, name)| format!("{} {name} ({})", show(part), percent(part, total)));
    parts.collect::<Vec<_>>().join(", ")
}

/// Returns the parts that are not 0.
fn amounts(parts: &[(u64, &str)]) -> String {
    let parts = parts.iter().filter(|&&(part, _)| part > 0);
    parts.map(|&(part, name)| format!("{} {name}", count(part))).collect::<Vec<_>>().join(", ")
}

fn join(texts: [String; 2], separator: &str) -> String {
    texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(separator)
}

/// Returns a percentage, which is 0 or 100 only if it is exactly that.
fn percent(part: u64, total: u64) -> String {
    let percent = part as f64 * 100.0 / total.max(1) as f64;
    match percent {
        percent if part > 0 && percent < 0.05 => "<0.1%".to_owned(),
        percent if part < total && percent >= 99.95 => ">99.9%".to_owned(),
        percent => format!("{percent:.1}%"),
    }
}

/// Returns a number with a comma before each group of three digits.
fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a value with three significant digits or more, in the largest unit that is not larger than the value. `units`
/// begins with the largest.
fn scaled(value: u64, units: &[(u64, &str)]) -> String {
    let (size, unit) = *units.iter().find(|&&(size, _)| value >= size).unwrap_or(&units[units.len() - 1]);
    let scaled = value as f64 / size as f64;
    // The smallest unit has no fractions.
    let decimals = if size == 1 { 0 } else { usize::from(scaled < 100.0) + usize::from(scaled < 10.0) };
    format!("{scaled:.decimals$} {unit}")
}

fn bytes(bytes: u64) -> String {
    scaled(bytes, &[(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B")])
}

fn time(ns: u64) -> String {
    scaled(ns, &[(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"), (1, "ns")])
}
