//! Requests for optimized code → [`Optimized`], counts and the first loops that have none.

use mimeo_def::Pc;

/// What became of hot loops. All is 0 without an optimizer.
///
/// ```
/// use mimeo::jit::{HasJit, Optimized};
/// use mimeo_doc_ops::{SUM, jit_machine};
///
/// let (mut machine, linked) = jit_machine();
/// machine.call(linked.function(SUM), &[10])?;
/// assert_eq!(machine.jit().expect("it has a tier").stats().optimized, Optimized::default());
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Optimized {
    /// Loops of which optimized code was made. A loop that is optimized twice counts twice.
    pub loops: u64,
    /// Calls in them at which the callee is part of the code.
    pub inlined: u64,
    /// Hot loops without optimized code: the optimizer refused, or the code could not be installed.
    pub refused: u64,
    /// Nanoseconds that the optimizer took.
    pub ns: u64,
    /// The first [`Optimized::KEPT`] loops that were refused.
    pub first_refused: Vec<Refused>,
}

/// A hot loop that has no optimized code: a part of [`Optimized`].
///
/// ```
/// use mimeo::jit::{HasJit, Refused};
/// use mimeo_doc_ops::jit_machine;
///
/// fn describe(refused: &Refused) -> String {
///     format!("the loop at {} of `{}`: {}", refused.head, refused.function, refused.reason)
/// }
///
/// let (machine, _) = jit_machine();
/// let stats = machine.jit().expect("it has a tier").stats();
/// assert!(stats.optimized.first_refused.iter().map(describe).next().is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// The name of the function.
    pub function: String,
    /// The function's number in its machine.
    pub id: u32,
    /// The head of the loop.
    pub head: Pc,
    /// The reason, as a sentence without a full stop.
    pub reason: String,
}

impl Optimized {
    /// The number of refused loops that are kept.
    pub const KEPT: usize = 100;
}
