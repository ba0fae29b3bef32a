//! Compilations → where their time went, and how long single ones took.

/// Time that compilations took, including those that ended in a blocked function.
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
    /// Nanoseconds for deciding where everything lies.
    pub plan_ns: u64,
    /// Nanoseconds for copying and patching.
    pub emit_ns: u64,
    /// Nanoseconds for mapping memory and making it executable.
    pub seal_ns: u64,
    /// How long single compilations took.
    pub latency: Latency,
    /// Nanoseconds that one compilation may take; `None` is no limit.
    pub budget_ns: Option<u64>,
    /// Compilations that took longer than that.
    pub over_budget: u64,
}

/// How long single compilations took: percentiles of a histogram, exact to 1 %.
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
    /// Compilations.
    pub count: u64,
    /// Half of them took at most so many nanoseconds.
    pub p50_ns: u64,
    /// 90 % of them did.
    pub p90_ns: u64,
    /// 99 % of them did.
    pub p99_ns: u64,
    /// The longest.
    pub max_ns: u64,
}

impl Compile {
    /// Returns the nanoseconds that all compilations took.
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
