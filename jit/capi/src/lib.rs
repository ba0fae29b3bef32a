//! What the C interface of every mimeo language has in common: handles, settings, errors, output, no panics.
//!
//! A language implements [`Language`], wraps a [`Handle`] of it in a type of its own, and writes one `extern "C"`
//! function per line of its header, each around [`call`]. `examples/calc/capi` is the one to copy.
//!
//! # The contract with C
//!
//! The functions of an interface trust their caller in what cannot be checked. The islands of unsafe code,
//! `boundary.rs` and `output.rs`, cite these by number.
//!
//! 1. A handle is null, or comes from the interface's create function and was not destroyed since.
//! 2. A handle is used by one thread at a time. It may move to another, with the synchronisation that C asks of shared
//!    memory. Different handles are independent of each other.
//! 3. Where bytes and a length are handed over, so many bytes can be read until the function returns.
//! 4. A pointer for a result is null, or one value can be written there.
//! 5. The function for output can be called with its `user`, from every thread that runs a program, until another takes
//!    its place. It comes back by returning: no `longjmp`, no exception of another language.
//!
//! Everything else is checked, and is a [`Status`]: null pointers, numbers that are no value of their enumeration, text
//! that is not UTF-8, calls in the wrong order, and calls of a handle from its own output function.
//!
//! A panic never gets into C: [`call`] catches it. The process's panic hook has then run, which by default prints on
//! standard error; a library does not change that. With `panic = "abort"` there is nothing to catch.

mod boundary;
mod failure;
mod handle;
mod language;
mod output;
mod text;
mod types;

pub use boundary::{bytes, call, create, destroy, put, read};
pub use failure::{Failure, Problem};
pub use handle::Handle;
pub use language::Language;
pub use output::{Output, WriteFn};
pub use types::{Capability, Error, Mode, StatsFormat, Status, Text};
