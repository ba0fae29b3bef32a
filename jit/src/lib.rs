//! The native tier of mimeo: stencils are copied, patched, sealed and entered.
//!
//! ```text
//! Table ─ validate ─► Recipes ─┐
//!                              ├─ plan ─► Plan ─ emit ─► CodeBuf<Writable> ─ seal ─► CodeBuf<Executable>
//! verified Function ───────────┘
//! ```
//!
//! A machine gets the tier by handing a [`Jit`] to [`mimeo_interp::Machine::new`]; from there on the driver asks
//! it which functions to enter natively. An op without a usable stencil gets `OP_DEOPT` in its place: native
//! code is left, the interpreter runs the op, and native code goes on behind it.
//!
//! [`CodeBuf`] is usable alone, for code from any source.
#![deny(missing_docs)]

mod capability;
mod code_buf;
mod code_buf_error;
mod code_cache;
mod compiler;
mod config;
mod control;
mod diagnostic;
mod emit;
mod functions;
mod hole_value;
mod icache;
mod inspect;
mod island;
mod mapping;
mod native;
mod no_stencil;
mod pages;
mod patch;
mod patch_error;
mod plan;
mod recipe;
mod settings;
mod stats;
mod support;
mod table_error;
mod tier;
#[cfg(test)]
mod tiny;
mod unavailable;
mod validate;

pub use capability::Capability;
pub use code_buf::{CodeBuf, Executable, Writable};
pub use code_buf_error::CodeBufError;
pub use config::{JitConfig, Mode, Observers};
pub use control::Control;
pub use diagnostic::{Diagnostic, UnknownDiagnostic};
pub use inspect::{CodeView, OpView};
pub use no_stencil::NoStencil;
pub use patch::patch;
pub use patch_error::PatchError;
pub use settings::{BadSetting, Report, Settings, Threshold};
pub use stats::{
    Blocked, Code, Compile, Entry, Event, Functions, Gap, Hard, Latency, Regions, Stats, StatsFormat, Switches, Trace,
    What,
};
pub use table_error::{Part, StencilName, TableError, TableProblem};
pub use tier::{HasJit, Jit, WithJit, capability, has_stencils};
pub use unavailable::Unavailable;
