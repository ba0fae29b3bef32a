//! The parts of Lua's library that turn bytes into bytes: patterns, formats, and numbers as text.

mod scan;

pub use scan::{scan_number, scan_number_in_base};
