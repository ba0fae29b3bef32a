//! The native tier of mimeo: stencils are copied, patched, sealed and entered.
//!
//! ```text
//! Table ─ validate ─► Recipes ─┐
//!                              ├─ plan ─► Plan ─ emit ─► CodeBuf<Writable> ─ seal ─► CodeBuf<Executable>
//! verified Function ───────────┘
//! ```
//!
//! A machine gets the tier from its builder ([`WithJit::jit`]); from there on the driver asks it which functions to
//! enter natively. An op without a usable stencil gets `OP_DEOPT` in its place: native code is left, the interpreter
//! runs the op, and native code goes on behind it.
//!
//! [`CodeBuf`] is usable alone, for code from any source.
#![deny(missing_docs)]

mod capability;
#[cfg(feature = "native")]
mod code_buf;
mod code_buf_error;
#[cfg(feature = "native")]
mod code_cache;
#[cfg(feature = "native")]
mod code_region;
#[cfg(feature = "native")]
mod compiler;
mod config;
mod control;
mod diagnostic;
#[cfg(feature = "native")]
mod emit;
#[cfg(feature = "native")]
mod functions;
mod gaps;
#[cfg(feature = "native")]
#[cfg_attr(
    not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))),
    path = "gdb/unsupported.rs"
)]
mod gdb;
#[cfg(feature = "native")]
mod hole_value;
#[cfg(feature = "native")]
mod icache;
mod inspect;
#[cfg(feature = "native")]
mod island;
#[cfg(feature = "native")]
mod mapping;
#[cfg_attr(not(feature = "native"), path = "lean.rs")]
mod native;
mod no_stencil;
#[cfg(feature = "native")]
mod observers;
#[cfg(feature = "native")]
mod pages;
#[cfg(feature = "native")]
mod patch;
mod patch_error;
#[cfg(feature = "native")]
mod perf_map;
#[cfg(feature = "native")]
mod plan;
#[cfg(feature = "native")]
mod processor;
#[cfg(feature = "native")]
mod recipe;
mod settings;
mod stats;
#[cfg(feature = "native")]
mod support;
mod table_error;
mod tier;
#[cfg(all(test, feature = "native"))]
mod tiny;
mod unavailable;
#[cfg(feature = "native")]
mod validate;

pub use capability::Capability;
#[cfg(feature = "native")]
pub use code_buf::{CodeBuf, Executable, Writable};
pub use code_buf_error::CodeBufError;
pub use config::{JitConfig, Mode, Observers};
pub use control::Control;
pub use diagnostic::{Diagnostic, UnknownDiagnostic};
#[doc(hidden)]
pub use gaps::Gaps;
pub use inspect::{CodeView, OpView};
pub use native::has_stencils;
pub use no_stencil::NoStencil;
#[cfg(feature = "native")]
pub use patch::patch;
pub use patch_error::PatchError;
pub use settings::{BadSetting, Report, Settings, Threshold};
pub use stats::{
    Blocked, Code, Compile, Entry, Event, Functions, Gap, Hard, Latency, Regions, Stats, StatsFormat, Switches, Trace,
    What,
};
pub use table_error::{Part, StencilName, TableError, TableProblem};
pub use tier::{HasJit, Jit, WithJit, capability};
pub use unavailable::Unavailable;
