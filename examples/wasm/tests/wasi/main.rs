//! WASI, and the command `mimeo-wasm`.

mod command;
mod escape;
mod files;
mod guest;
mod hostile;
mod streams;
