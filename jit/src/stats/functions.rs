//! Outcomes of compilations → [`Functions`], counts and the first functions that could not be compiled.

use crate::errors::Diagnostic;

/// The outcomes of compilations. A function that is compiled twice counts twice.
///
/// ```
/// use mimeo::jit::HasJit;
/// use mimeo_doc_ops::{DOUBLE, SUM, jit_machine};
///
/// let (mut machine, linked) = jit_machine();
/// machine.call(linked.function(SUM), &[10])?;
/// machine.call(linked.function(DOUBLE), &[10])?;
/// let jit = machine.jit().expect("it has a tier");
/// let functions = jit.stats().functions;
/// assert_eq!(functions.compiled(), if jit.unavailable().is_none() { 2 } else { 0 });
/// assert_eq!((functions.ok_with_deopt, functions.blocked), (0, 0));
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Functions {
    /// Compilations without a gap.
    pub ok: u64,
    /// Compilations in which `OP_DEOPT` stands for at least one op.
    pub ok_with_deopt: u64,
    /// Functions that could not be compiled.
    pub blocked: u64,
    /// Functions whose code was evicted to make room.
    pub evicted: u64,
    /// Compilations of functions that had been compiled before.
    pub recompiled: u64,
    /// Compiled functions that were unloaded.
    pub dropped: u64,
    /// Calls of blocked functions, and iterations of their loops, that the interpreter ran. Those since the tier was
    /// last consulted are missing: at most half of them, and at most 4,096 of each function.
    pub left_to_interpreter: u64,
    /// The first [`Functions::KEPT`] functions that were blocked.
    pub first_blocked: Vec<Blocked>,
}

/// A function that could not be compiled.
///
/// ```
/// use std::time::Duration;
///
/// use mimeo::jit::{Diagnostic, HasJit};
/// use mimeo_doc_ops::{SUM, jit_machine};
///
/// let (mut machine, linked) = jit_machine();
/// // Nothing can be compiled in no time.
/// machine.jit().expect("it has a tier").control().set_latency_budget(Some(Duration::ZERO));
/// machine.call(linked.function(SUM), &[10])?;
/// let stats = machine.jit().expect("it has a tier").stats();
/// for blocked in stats.functions.first_blocked {
///     assert_eq!((blocked.function.as_str(), blocked.diagnostic), ("sum", Diagnostic::LatencyBudget));
/// }
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Blocked {
    /// The name of the function.
    pub function: String,
    /// The function's number in its machine.
    pub id: u32,
    /// The stable diagnostic.
    pub diagnostic: Diagnostic,
    /// The reason, in a sentence.
    pub sentence: String,
    /// The op that is the cause, if there is one.
    pub op: Option<&'static str>,
}

impl Functions {
    /// The number of blocked functions that are kept by name.
    pub const KEPT: usize = 100;

    /// Returns the number of compilations that produced code.
    ///
    /// ```
    /// use mimeo::jit::Functions;
    ///
    /// let mut functions = Functions::default();
    /// (functions.ok, functions.ok_with_deopt) = (3, 1);
    /// assert_eq!(functions.compiled(), 4);
    /// ```
    pub fn compiled(&self) -> u64 {
        self.ok + self.ok_with_deopt
    }
}
