//! Lua 5.1, as LuaJIT implements it, on mimeo: [`Lua`] runs programs.
//!
//! ```text
//! bytes ─ syntax ─► tokens ─ parse ─► trees ─ generate ─► ops, runtime, library ─► heap
//! ```
//!
//! The stages up to the tree are the crate `mimeo-lua-syntax`, which does not depend on the machine. `ops.rs` is the
//! instruction set and the place to start reading. The modules that the documentation hides (`heap`, `ops`, `runtime`)
//! are internals of the machine, public only for its tests and benchmarks. Their users must keep the contract of the
//! heap, which says when an object may be used; the compiler does not check it.

pub mod dap;
mod deadline;
mod dump;
mod embed;
mod generate;
#[doc(hidden)]
pub mod heap;
mod library;
mod load;
#[doc(hidden)]
pub mod ops;
#[doc(hidden)]
pub mod runtime;
mod state;

pub use deadline::Deadline;
pub use embed::{Failure, Function, Handle, Scope, Stop, Table, Value};
pub use heap::BadKey;
pub use library::{Libraries, Library};
pub use lua_syntax::{Steps, parse, strings, syntax, time};
pub use mimeo::Control;
pub use runtime::{Bounds, Exit};
pub use state::{ListingError, Lua, Options};
#[doc(hidden)]
pub use state::{bare_state, furnish};
