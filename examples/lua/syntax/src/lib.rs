//! Turns Lua 5.1's text into trees for a code generator, and interprets formats, patterns, numbers and dates.
//!
//! ```text
//! bytes ─ syntax ─► tokens ─ parse ─► trees of functions
//! ```
//!
//! The crate does not depend on a machine, on values or on objects. `strings` and `time` are the parts of Lua's library
//! that concern text and the calendar; the lexer parses numerals with `strings`. Work that can take long counts its
//! [`Steps`], so that a caller can end it.

#![forbid(unsafe_code)]

pub mod parse;
mod steps;
pub mod strings;
pub mod syntax;
pub mod time;

pub use steps::{Refused, Steps};
