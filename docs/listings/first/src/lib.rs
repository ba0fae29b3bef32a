//! A small language in the style of Forth, which the first chapter of the book builds in ten steps.
//!
//! ```text
//! text ─ compile ─► bytecode ─ session ─► machine
//! ```

pub mod compile;
pub mod ops;
pub mod runtime;
pub mod session;
