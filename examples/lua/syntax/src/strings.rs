//! The parts of Lua's library that turn bytes into bytes: patterns, formats, and numbers as text.

mod format;
mod number;
mod part;
mod pattern;
mod quote;
mod scan;

pub use format::{FormatError, Spec, to_signed, to_unsigned};
pub use number::push_number;
pub use part::part;
pub use pattern::{Captured, Match, Matches, Pattern, PatternError, find_plain};
pub use quote::{push_escaped, push_quoted};
pub use scan::{scan_number, scan_number_in_base};
