//! The command from outside, and Lua as a Rust program embeds it.

mod embed;
#[cfg(unix)]
mod interrupt;
mod memory;
mod options;
mod output;
mod programs;
mod run;
mod session;
mod terminal;
