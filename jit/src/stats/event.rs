//! Changes to the code of a function → [`Event`]s, and the latest of them → [`Trace`].

use std::collections::VecDeque;

use crate::errors::Diagnostic;

/// The kind of an [`Event`] in the life of a function's code.
///
/// ```
/// use mimeo::jit::{Diagnostic, What};
///
/// assert_eq!(What::Compiled.name(), "compiled");
/// assert_eq!(What::Blocked(Diagnostic::CodeCache).name(), "blocked");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum What {
    /// The function was compiled.
    Compiled,
    /// The function could not be compiled.
    Blocked(Diagnostic),
    /// The code was retired to make room.
    Evicted,
    /// The code was retired for newer code of the same function.
    Replaced,
    /// The code was retired because the function was unloaded.
    Dropped,
    /// The code was freed, because no frame returns into it any more.
    Reclaimed,
}

impl What {
    /// Returns the name in reports. See [`What`] for an example.
    pub const fn name(self) -> &'static str {
        match self {
            What::Compiled => "compiled",
            What::Blocked(_) => "blocked",
            What::Evicted => "evicted",
            What::Replaced => "replaced",
            What::Dropped => "dropped",
            What::Reclaimed => "reclaimed",
        }
    }
}

/// An event in the life of a function's code: an element of a [`Trace`].
///
/// ```
/// use mimeo::Machine;
/// use mimeo::jit::{HasJit, JitConfig, What, WithJit};
/// use mimeo_doc_ops::{Context, Host, SUM, sample_program};
///
/// let builder = Machine::builder(Context::default(), Host::default());
/// let mut machine = builder.jit(JitConfig::default().with_trace(true)).build();
/// let linked = machine.load(&sample_program())?;
/// machine.compile(linked.function(SUM))?;
/// let stats = machine.jit().expect("it has a tier").stats();
/// // Without native code there is no trace.
/// for event in stats.trace.iter().flat_map(|trace| &trace.events) {
///     assert_eq!((event.what, event.function.as_str()), (What::Compiled, "sum"));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// Nanoseconds since the tier was made.
    pub at_ns: u64,
    /// What happened.
    pub what: What,
    /// Name of the function.
    pub function: String,
    /// The function's number in its machine.
    pub id: u32,
    /// Ops that were compiled, gaps included; 0 when nothing was.
    pub ops: u64,
    /// Bytes of the code that was made, retired or freed.
    pub bytes: u64,
    /// Duration of the compilation in nanoseconds; 0 when nothing was compiled.
    pub ns: u64,
    /// Places where `OP_DEOPT` replaces an op.
    pub gaps: u64,
}

/// The latest events of a tier that records them, at most [`KEPT`](Self::KEPT).
///
/// ```
/// use mimeo::jit::HasJit;
/// use mimeo_doc_ops::jit_machine;
///
/// let (machine, _) = jit_machine();
/// let stats = machine.jit().expect("it has a tier").stats();
/// assert_eq!(stats.trace, None, "the configuration does not request one");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The events, in the order in which they happened.
    pub events: VecDeque<Event>,
    /// Number of earlier events that were dropped.
    pub lost: u64,
}

impl Trace {
    /// The largest number of events that are kept.
    pub const KEPT: usize = 100_000;
}
