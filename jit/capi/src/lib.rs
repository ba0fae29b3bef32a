//! The common part of the C interfaces of all mimeo languages: handles, settings, errors, output, and protection from
//! panics.
//!
//! A language implements [`Language`], wraps a [`Handle`] in its own type, and writes one `extern "C"` function for
//! each function of its header, using [`call`]. `examples/calc/capi` is an example to copy.
//!
//! # The contract with C
//!
//! The functions of an interface cannot check the following requirements, which the caller must uphold. The unsafe code
//! in `boundary.rs` and `output.rs` cites them by number.
//!
//! 1. A handle is null, or comes from the interface's create function and has not been destroyed.
//! 2. A handle is used by one thread at a time, except to interrupt its program. It may move to another, with the synchronisation that C requires for
//!    shared memory. Different handles are independent of each other.
//! 3. A pointer to bytes is valid for reads of the length passed with it, until the function returns.
//! 4. A pointer for a result is null, or valid for writing one value.
//! 5. The output function can be called with its `user`, from every thread that runs a program, until it is replaced.
//!    It always returns normally: no `longjmp`, no exception of another language. The same holds for the hook.
//!
//! Everything else is checked and results in a [`Status`]: null pointers, numbers that are not a value of their
//! enumeration, text that is not UTF-8, calls in the wrong order, and calls with a handle from its own output function.
//!
//! A panic never propagates into C: [`call`] catches it. By then the process's panic hook has run, which by default
//! prints on standard error; the library does not replace it. With `panic = "abort"`, a panic ends the process.

mod boundary;
mod failure;
mod handle;
mod hook;
mod language;
mod output;
mod text;
mod types;

pub use boundary::{bytes, call, create, destroy, interrupt, put, read};
pub use failure::{Failure, Problem};
pub use handle::Handle;
pub use hook::HookFn;
pub use language::{Language, Setup};
pub use output::{Output, WriteFn};
pub use types::{Capability, Error, Mode, StatsFormat, Status, Text};
