//! A machine's calls and loops → native code for its hot functions, which is compiled, entered, kept and evicted.

mod capability;
mod control;
mod inspect;
mod jit;
#[cfg_attr(not(feature = "native"), path = "lean.rs")]
mod native;
mod settings;

pub use capability::Capability;
pub use control::Control;
pub use inspect::{CodeView, HoleView, OpView};
pub use jit::{HasJit, Jit, WithJit, capability};
pub use native::has_stencils;
pub use settings::{Report, Settings, Threshold};
