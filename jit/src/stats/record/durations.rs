//! Durations of compilations → [`Compile`].

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::compile::{Cost, nanoseconds};
use crate::stats::{Compile, Latency};

/// The durations of compilations so far.
#[derive(Debug)]
pub(super) struct Durations {
    sums: Compile,
    latencies: Histogram<u64>,
}

impl Durations {
    /// The longest duration in the histogram; longer ones count as this long.
    const LONGEST_NS: u64 = 3_600 * 1_000_000_000;

    pub(super) fn new(budget: Option<Duration>) -> Self {
        let sums = Compile { budget_ns: budget.map(nanoseconds), ..Compile::default() };
        // Two digits over an hour are a few thousand counts of 8 bytes.
        let latencies = Histogram::new_with_max(Self::LONGEST_NS, 2).expect("2 is more than 1, and 2 digits are few");
        Durations { sums, latencies }
    }

    pub(super) fn set_budget(&mut self, budget: Option<Duration>) {
        self.sums.budget_ns = budget.map(nanoseconds);
    }

    pub(super) fn add(&mut self, cost: &Cost) {
        self.sums.plan_ns += nanoseconds(cost.plan);
        self.sums.emit_ns += nanoseconds(cost.emit);
        self.sums.seal_ns += nanoseconds(cost.memory);
        let total_ns = cost.total_ns();
        self.sums.over_budget += u64::from(self.sums.budget_ns.is_some_and(|budget_ns| total_ns > budget_ns));
        self.sums.latency.max_ns = self.sums.latency.max_ns.max(total_ns);
        self.latencies.saturating_record(total_ns);
    }

    pub(super) fn snapshot(&self) -> Compile {
        let max_ns = self.sums.latency.max_ns;
        // A count's range may end after the longest duration.
        let percentile = |percent| self.latencies.value_at_quantile(percent).min(max_ns);
        let latency = Latency {
            count: self.latencies.len(),
            p50_ns: percentile(0.5),
            p90_ns: percentile(0.9),
            p99_ns: percentile(0.99),
            max_ns,
        };
        Compile { latency, ..self.sums }
    }
}
