//! [`Event`]: one thing that happened to the code of a function; [`Trace`], the latest of them.

use std::collections::VecDeque;

use crate::errors::Diagnostic;

/// What happened to the code of a function.
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
    /// It was made.
    Compiled,
    /// It could not be made.
    Blocked(Diagnostic),
    /// It was retired to make room for other code.
    Evicted,
    /// It was retired because there is newer code of the function.
    Replaced,
    /// It was retired because the function ceased to exist.
    Dropped,
    /// It was given back: no frame returns into it any more.
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

/// One thing that happened to the code of a function: an element of a [`Trace`].
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
    /// Its number in its machine.
    pub id: u32,
    /// Ops that were compiled, gaps included; 0 when nothing was.
    pub ops: u64,
    /// Bytes of code that it is about: made, retired or given back.
    pub bytes: u64,
    /// Nanoseconds that the compilation took; 0 when nothing was compiled.
    pub ns: u64,
    /// Places in which `OP_DEOPT` stands for an op.
    pub gaps: u64,
}

/// The latest events of a tier that records them: at most [`KEPT`](Self::KEPT).
///
/// ```
/// use mimeo::jit::HasJit;
/// use mimeo_doc_ops::jit_machine;
///
/// let (machine, _) = jit_machine();
/// let stats = machine.jit().expect("it has a tier").stats();
/// assert_eq!(stats.trace, None, "the configuration does not ask for one");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// In the order in which they happened.
    pub events: VecDeque<Event>,
    /// Events that were earlier than these and are not kept.
    pub lost: u64,
}

impl Trace {
    /// The number of events that are kept.
    pub const KEPT: usize = 100_000;
}
