//! What the native tier did → [`Stats`], a snapshot in numbers that a person or a program reads.
//!
//! The numbers and their formats are there in every build; `record` makes them, where there is a tier that does something.

mod code;
mod compile;
mod event;
mod format;
mod functions;
mod gap;
mod json;
#[cfg(feature = "native")]
pub(crate) mod record;
mod summary;
mod switches;
#[cfg(all(test, feature = "native"))]
mod tests;
mod trace;

pub use code::{Code, Regions};
pub use compile::{Compile, Latency};
pub use event::{Event, Trace, What};
pub use format::StatsFormat;
pub use functions::{Blocked, Functions};
pub use gap::{Gap, Hard};
pub use switches::{Entry, Switches};

/// What one tier did since it was made: a snapshot that it does not update. Taking one copies some kilobytes at most,
/// and the trace if there is one.
///
/// ```
/// use mimeo::jit::HasJit;
/// use mimeo_doc_ops::{SUM, jit_machine};
///
/// let (mut machine, linked) = jit_machine();
/// machine.call(linked.function(SUM), &[10])?;
/// let jit = machine.jit().expect("it has a tier");
/// let stats = jit.stats();
/// // Where there is native code, the function was compiled at its first call.
/// assert_eq!(stats.functions.ok, u64::from(jit.unavailable().is_none()));
/// assert!(stats.gaps.is_empty(), "every op has a stencil");
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// What became of functions.
    pub functions: Functions,
    /// Ops compiled, gaps included.
    pub ops: u64,
    /// The ops that cost something because they have no usable stencil, the most expensive first.
    pub gaps: Vec<Gap>,
    /// Bytes of code.
    pub code: Code,
    /// Time that compilations took.
    pub compile: Compile,
    /// How often execution went from one tier to the other.
    pub switches: Switches,
    /// What happened to the code of each function; `None` unless [`JitConfig::trace`](crate::JitConfig::trace) is set.
    pub trace: Option<Trace>,
}
