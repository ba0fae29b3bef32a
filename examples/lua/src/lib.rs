//! Lua 5.1, as LuaJIT speaks it, on mimeo: [`Lua`] runs programs.
//!
//! ```text
//! bytes ─ syntax ─► Ast ─ resolve ─► Tree ─ generate ─► ops, runtime, library ─► heap
//! ```
//!
//! Everything up to the tree is the crate `mimeo-lua-syntax`, which knows no machine. `ops.rs` is the instruction set, and
//! where to start reading. The modules that the documentation does not show (`heap`, `ops`, `runtime`) are the machine's
//! inside, and public for its tests and benchmarks: whoever uses them keeps the contract of the heap, which says when an
//! object may be used, without the compiler's help.

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

pub use embed::{Failure, Function, Handle, Scope, Table, Value};
pub use heap::BadKey;
pub use lua_syntax::{resolve, strings, syntax, time};
pub use runtime::Exit;
pub use state::{Lua, Options, Unlisted};
#[doc(hidden)]
pub use state::{bare_state, furnish};
