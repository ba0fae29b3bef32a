//! The native tier of mimeo: stencils are copied, patched, sealed and entered.
//!
//! ```text
//! Table ─ validate ─► Recipes ─┐
//!                              ├─ plan ─► Plan ─ emit ─► CodeBuf<Writable> ─ seal ─► CodeBuf<Executable>
//! verified Function ───────────┘
//! ```
//!
//! A machine gets the tier from its builder ([`WithJit::jit`]). The driver then asks the tier which functions to enter
//! natively. `OP_DEOPT` replaces an op without a usable stencil: native code is left, the interpreter runs the op,
//! and native code resumes after it.
//!
//! [`CodeBuf`] is usable alone, for code from any source.
#![deny(missing_docs)]

#[cfg(feature = "native")]
mod compile;
mod config;
mod errors;
#[cfg(feature = "native")]
mod memory;
mod observe;
mod optimize;
mod stats;
mod tier;
#[cfg(all(test, feature = "native"))]
mod tiny;

#[cfg(feature = "native")]
pub use compile::patch;
#[doc(hidden)]
pub use config::Gaps;
pub use config::{JitConfig, Mode};
pub use errors::{
    BadSetting, CodeBufError, Diagnostic, NoStencil, Part, PatchError, StencilName, TableError, TableProblem,
    Unavailable, UnknownDiagnostic,
};
#[cfg(feature = "native")]
pub use memory::{CodeBuf, Executable, Writable};
pub use observe::{CodeRegion, Image, Observer, Observers, OpenObservers, Opened};
pub use optimize::{
    Callees, HotLoop, NotOptimized, OpenOptimizer, OptimizedCode, OptimizedExit, Optimizer, OptimizerSet,
};
pub use stats::{
    Blocked, Code, Compile, Entry, Event, Functions, Gap, Hard, Latency, Optimized, Refused, Regions, Stats,
    StatsFormat, Switches, Trace, What,
};
pub use tier::{
    Capability, CodeView, Control, HasJit, HoleView, Jit, OpView, Report, Settings, Threshold, WithJit, capability,
    has_stencils,
};
