//! Compilations → [`Compile`], the time of each step, and [`Latency`], the time of single compilations.

/// Time spent on compilations, including those that ended in a blocked function.
///
/// ```
/// use mimeo::jit::HasJit;
/// use mimeo_doc_ops::{SUM, jit_machine};
///
/// let (mut machine, linked) = jit_machine();
/// machine.call(linked.function(SUM), &[10])?;
/// let stats = machine.jit().expect("it has a tier").stats();
/// assert_eq!(stats.compile.latency.count, stats.functions.compiled());
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Compile {
    /// Nanoseconds for planning the layout.
    pub plan_ns: u64,
    /// Nanoseconds for copying and patching.
    pub emit_ns: u64,
    /// Nanoseconds for mapping memory and making it executable.
    pub seal_ns: u64,
    /// The durations of single compilations.
    pub latency: Latency,
    /// The limit on one compilation in nanoseconds; `None` means no limit.
    pub budget_ns: Option<u64>,
    /// Compilations that took longer than that.
    pub over_budget: u64,
}

/// Durations of single compilations: percentiles of a histogram, exact to 1 %.
///
/// ```
/// use mimeo::jit::HasJit;
/// use mimeo_doc_ops::{SUM, jit_machine};
///
/// let (mut machine, linked) = jit_machine();
/// machine.call(linked.function(SUM), &[10])?;
/// let latency = machine.jit().expect("it has a tier").stats().compile.latency;
/// assert!(latency.p50_ns <= latency.p99_ns);
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Latency {
    /// Number of compilations.
    pub count: u64,
    /// Half of them took at most this many nanoseconds.
    pub p50_ns: u64,
    /// 90 % of them took at most this many nanoseconds.
    pub p90_ns: u64,
    /// 99 % of them took at most this many nanoseconds.
    pub p99_ns: u64,
    /// The longest duration in nanoseconds.
    pub max_ns: u64,
}

impl Compile {
    /// Returns the nanoseconds spent on all compilations.
    ///
    /// ```
    /// use mimeo::jit::Compile;
    ///
    /// let mut compile = Compile::default();
    /// (compile.plan_ns, compile.emit_ns, compile.seal_ns) = (200, 300, 500);
    /// assert_eq!(compile.total_ns(), 1000);
    /// ```
    pub fn total_ns(&self) -> u64 {
        self.plan_ns + self.emit_ns + self.seal_ns
    }
}
