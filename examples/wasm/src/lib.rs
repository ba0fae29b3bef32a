//! WebAssembly 2.0, without vectors, on mimeo: the example of a statically typed register machine.
//!
//! ```text
//! bytes ─ module ─► declarations, function bodies ─ translate ─► bytecode ─ instance ─► store (a machine)
//! ```

mod arena;
pub mod command;
mod engine;
mod error;
mod externs;
mod func;
mod host;
mod instance;
mod linker;
mod memory;
mod module;
mod ops;
mod runtime;
mod store;
mod translate;
#[cfg(test)]
mod twins;
mod value;
pub mod wasi;

pub use engine::{Config, Engine};
pub use error::{Error, Fault, RunError, TrapCode};
pub use func::{BoxedError, TypedFunc};
pub use linker::Linker;
pub use module::Module;
pub use store::{AsContext, AsContextMut, Caller, Store, StoreContext, StoreContextMut};
pub use value::{Bounds, ExternType, FuncType, GlobalType, MemoryType, TableType, Val, ValType, WasmType, WasmTypes};

macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name {
            store: u64,
            index: u32,
        }
    )*};
}

handles! {
    /// A function of an instance or of the host.
    Func
    /// A memory.
    Memory
    /// A table.
    Table
    /// A global.
    Global
    /// A module with its imports.
    Instance
    /// A reference to something of the host's.
    ExternRef
}

/// What can be imported and exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extern {
    /// A function.
    Func(Func),
    /// A memory.
    Memory(Memory),
    /// A table.
    Table(Table),
    /// A global.
    Global(Global),
}
