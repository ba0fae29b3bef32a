//! Programs that say what they do, and the modes in which they have to do it → the runs that do something else.
//!
//! A program of a corpus ends with what it does, in comments of its language: `//>` and a line of the standard output,
//! `//!` and a line of the error that it ends with (`-->` and `--!` in Lua). Further comment lines of the form
//! `// NAME: VALUE` say more about it: see [`Program::field`].
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`program`] | a folder of programs | [`Program`]s with the [`Behaviour`] that they expect |
//! | [`mode`] | the name of a mode | the native tier's configuration |
//! | [`runner`] | programs and modes | what differs, found by as many threads as there are processors |
//! | [`process`] | an executable and a program | the program's [`Behaviour`] |
//! | [`calc`] | a program of calc and a configuration | its [`Behaviour`] |
//! | [`memory`] | what Linux says of the process | its mappings, and how much memory it has |
//! | [`captured`] | what is written | bytes to compare |
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
