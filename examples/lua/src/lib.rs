//! Lua 5.1, as LuaJIT speaks it: the language's front half, the parts of its library that are about bytes, its
//! objects with their collector, and its instruction set.
//!
//! ```text
//! bytes ─ syntax ─► Ast ─ resolve ─► Tree ─► (a code generator) ─► ops, runtime ─► heap
//! ```

mod generate;
pub mod heap;
mod library;
mod load;
pub mod ops;
#[forbid(unsafe_code)]
pub mod resolve;
pub mod runtime;
mod state;
#[forbid(unsafe_code)]
pub mod strings;
#[forbid(unsafe_code)]
pub mod syntax;
#[forbid(unsafe_code)]
pub mod time;

pub use load::load;
pub use state::{Lua, Options};
