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

mod code_buf;
mod code_region;
mod compiler;
mod config;
mod emit;
#[cfg_attr(not(test), expect(dead_code, reason = "the tier does not call its observers yet"))]
#[cfg_attr(
    not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))),
    path = "gdb/unsupported.rs"
)]
mod gdb;
mod hole_value;
mod icache;
mod inspect;
mod island;
mod pages;
mod patch;
mod patch_error;
#[cfg_attr(not(test), expect(dead_code, reason = "the tier does not call its observers yet"))]
mod perf_map;
mod plan;
mod recipe;
mod stats;
mod support;
mod table_error;
mod tier;
#[cfg(test)]
mod tiny;
mod validate;

pub use code_buf::{CodeBuf, CodeBufError, Executable, Writable};
pub use config::{JitConfig, Mode, Unavailable};
pub use inspect::{CodeView, OpView};
pub use patch::patch;
pub use patch_error::PatchError;
pub use recipe::NoStencil;
pub use stats::{Blocked, CodeBytes, Stats};
pub use table_error::{Part, StencilName, TableError, TableProblem};
pub use tier::{Jit, availability};
