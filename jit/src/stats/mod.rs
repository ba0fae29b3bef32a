//! The work of the native tier → [`Stats`], a snapshot in numbers for people and programs.
//!
//! The numbers and their formats are in every build; `record`, which collects them, only in builds with native code.

mod code;
mod compile;
mod event;
mod format;
mod functions;
mod gap;
mod json;
mod optimized;
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
pub use optimized::{Optimized, Refused};
pub use switches::{Entry, Switches};

/// A snapshot of what one tier has done since it was made. Taking one copies a few kilobytes, and the trace if there is
/// one.
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
    /// The outcomes of compilations.
    pub functions: Functions,
    /// Ops compiled, gaps included.
    pub ops: u64,
    /// The ops whose missing stencil has a cost, the most expensive first.
    pub gaps: Vec<Gap>,
    /// Bytes of code.
    pub code: Code,
    /// Time spent on compilations.
    pub compile: Compile,
    /// Loops with optimized code.
    pub optimized: Optimized,
    /// Switches between the tiers.
    pub switches: Switches,
    /// The events in the life of each function's code; `None` unless [`JitConfig::trace`](crate::JitConfig::trace) is set.
    pub trace: Option<Trace>,
}
