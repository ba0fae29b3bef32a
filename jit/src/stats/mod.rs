//! What the native tier did → [`Stats`], a snapshot in numbers that a person or a program reads.

mod code;
mod compile;
mod event;
mod format;
mod functions;
mod gap;
mod json;
mod recorder;
mod summary;
mod switches;
mod trace;

pub use code::{Code, Regions};
pub use compile::{Compile, Latency};
pub use event::{Event, Trace, What};
pub use format::{StatsFormat, UnknownStatsFormat};
pub use functions::{Blocked, Functions};
pub use gap::{Gap, Hard};
pub use switches::{Entry, Switches};

pub(crate) use compile::Cost;
pub(crate) use functions::Watch;
pub(crate) use recorder::{Compilation, Named, Recorder, Settings};

/// What one tier did since it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
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

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
