//! Bytes of machine code → executable memory: it is mapped, filled, sealed, and used again once nothing runs there.

mod code_buf;
mod icache;
mod mapping;
mod pages;

pub use code_buf::{CodeBuf, Executable, Writable};

pub(crate) use mapping::page_bytes;
pub(crate) use pages::{CodePool, pages_for};
