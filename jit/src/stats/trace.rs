//! [`Stats`] → a line for each event in the life of a function's code.

use super::{Event, Stats, What};

impl Stats {
    /// Returns a line for each event that was kept, or a note if none were recorded. [`Event`] has an example with an
    /// event.
    ///
    /// ```
    /// use mimeo::jit::Stats;
    ///
    /// assert!(Stats::default().trace().starts_with("no trace was recorded"));
    /// ```
    pub fn trace(&self) -> String {
        let Some(trace) = &self.trace else {
            return "no trace was recorded; turn it on before the program runs\n".to_owned();
        };
        let mut text = String::new();
        if trace.lost > 0 {
            text += &format!("{} earlier events were dropped\n", trace.lost);
        }
        for event in &trace.events {
            text += &line(event);
        }
        text
    }
}

fn line(event: &Event) -> String {
    let Event { at_ns, what, function, id, ops, bytes, ns, gaps } = event;
    let start = format!("{:>12.3} us  {:<9}  `{function}` #{id}", *at_ns as f64 / 1e3, what.name());
    let us = *ns as f64 / 1e3;
    match what {
        What::Compiled => {
            let gaps = match gaps {
                0 => String::new(),
                gaps => format!(", {gaps} without a stencil"),
            };
            format!("{start}: {ops} ops{gaps}, {bytes} bytes, {us:.3} us\n")
        }
        What::Blocked(diagnostic) => format!("{start}: {diagnostic}, {us:.3} us\n"),
        What::Evicted | What::Replaced | What::Dropped | What::Reclaimed => format!("{start}: {bytes} bytes\n"),
    }
}
