//! Lua 5.1, as LuaJIT speaks it: the language's front half, and the parts of its library that are about bytes.
//!
//! ```text
//! bytes ─ syntax ─► Ast ─ resolve ─► Tree ─► (a code generator)
//! ```
#![forbid(unsafe_code)]

pub mod resolve;
pub mod strings;
pub mod syntax;
pub mod time;
