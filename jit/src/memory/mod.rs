//! Bytes of machine code → executable memory, which is mapped, filled, sealed, and reused once nothing runs there.

mod code_buf;
mod icache;
mod mapping;
mod pages;

pub use code_buf::{CodeBuf, Executable, Writable};

pub(crate) use mapping::page_bytes;
pub(crate) use pages::{CodePool, pages_for};
