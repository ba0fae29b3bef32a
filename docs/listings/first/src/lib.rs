//! A small language in the style of Forth, which the first chapter of the book builds in ten steps.
//!
//! ```text
//! text ─ words ─ compile ─► bytecode ─ session ─► machine
//! ```

pub mod compile;
pub mod ops;
pub mod runtime;
pub mod session;
pub mod words;
