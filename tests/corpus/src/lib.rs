//! Programs with their expected output, and modes → the runs with another behaviour.
//!
//! A program of a corpus ends with its expected behaviour, in comments of its language: `//>` precedes a line
//! of standard output, `//!` precedes a line of the final error (`-->` and `--!` in Lua). Comment lines of the form
//! `// NAME: VALUE` are fields: see [`Program::field`].
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`language`] | the name of an example | where its ops are, and how its command prints errors |
//! | [`program`] | a folder of programs | [`Program`]s with the [`Behaviour`] that they expect |
//! | [`mode`] | a mode | the native tier's configuration |
//! | [`runner`] | programs and modes | the differences from the expected behaviour |
//! | [`process`] | an executable and a program | the program's [`Behaviour`] |
//! | [`calc`] | a program of calc and a configuration | its [`Behaviour`] |
//! | [`memory`] | the process, from Linux | its mappings, and the sizes of its memory |
//! | [`captured`] | output | bytes to compare |
//! | [`alone`] | a test | a process in which only that test runs |
//! | [`standard`] | a target | the source of its standard library |
//! | [`tree`] | a folder | a copy that tests can change |
#![forbid(unsafe_code)]

pub mod alone;
pub mod calc;
pub mod captured;
pub mod language;
pub mod memory;
pub mod mode;
pub mod process;
pub mod program;
pub mod runner;
pub mod standard;
pub mod tree;

pub use captured::Captured;
pub use language::Language;
pub use mode::Mode;
pub use program::{Behaviour, Corpus, Program};
