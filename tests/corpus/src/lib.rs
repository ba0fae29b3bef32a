//! Programs with their expected output, and modes → the runs with another behaviour.
//!
//! A program of a corpus ends with its expected behaviour, in comments of its language: `//>` precedes a line
//! of standard output, `//!` precedes a line of the final error (`-->` and `--!` in Lua). Comment lines of the form
//! `// NAME: VALUE` are fields: see [`Program::field`].
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`program`] | a folder of programs | [`Program`]s with the [`Behaviour`] that they expect |
//! | [`mode`] | a mode | the native tier's configuration |
//! | [`runner`] | programs and modes | the differences from the expected behaviour |
//! | [`process`] | an executable and a program | the program's [`Behaviour`] |
//! | [`calc`] | a program of calc and a configuration | its [`Behaviour`] |
//! | [`memory`] | the process, from Linux | its mappings, and the sizes of its memory |
//! | [`captured`] | output | bytes to compare |
#![forbid(unsafe_code)]

pub mod calc;
pub mod captured;
pub mod memory;
pub mod mode;
pub mod process;
pub mod program;
pub mod runner;

pub use captured::Captured;
pub use mode::Mode;
pub use program::{Behaviour, Corpus, Program};
