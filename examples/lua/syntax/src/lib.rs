//! Turns Lua 5.1's text into trees for a code generator, and interprets formats, patterns, numbers and dates.
//!
//! ```text
//! bytes ─ syntax ─► Ast ─ resolve ─► Tree
//! ```
//!
//! The crate does not depend on a machine, on values or on objects. `strings` and `time` are the parts of Lua's library
//! that concern text and the calendar; the lexer parses numerals with `strings`.

#![forbid(unsafe_code)]

pub mod resolve;
pub mod strings;
pub mod syntax;
pub mod time;
