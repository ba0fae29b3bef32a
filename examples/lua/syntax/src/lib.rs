//! Turns Lua 5.1's text into trees that a code generator walks, and formats, patterns, numbers and dates into their
//! meaning.
//!
//! ```text
//! bytes ─ syntax ─► Ast ─ resolve ─► Tree
//! ```
//!
//! The crate knows no machine, no value and no object of Lua. `strings` and `time` are what Lua's library needs of text
//! and the calendar; the lexer takes numerals from `strings`.

#![forbid(unsafe_code)]

pub mod resolve;
pub mod strings;
pub mod syntax;
pub mod time;
