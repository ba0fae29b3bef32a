//! Code that appears and goes → what debuggers and profilers are told of it.

mod code_region;
#[cfg_attr(
    not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))),
    path = "gdb/unsupported.rs"
)]
mod gdb;
mod observers;
mod perf_map;

pub(crate) use observers::{ObservedCode, Told};
