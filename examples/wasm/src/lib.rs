//! WebAssembly 2.0, without vectors, on mimeo: the example of a statically typed register machine.
//!
//! ```text
//! bytes ─ module ─► declarations, function bodies ─ translate ─► bytecode ─ instance ─► store (a machine)
//! ```
//!
//! A host compiles a [`Module`], creates an [`Instance`] of it in a [`Store`], and calls what it exports:
//!
//! ```
//! use wasm::{Engine, Linker, Module, Store};
//!
//! let engine = Engine::default();
//! let module = Module::new(
//!     &engine,
//!     r#"(module
//!         (import "host" "next" (func $next (result i32)))
//!         (func (export "sum") (param i32) (result i32)
//!             (i32.add (local.get 0) (i32.add (call $next) (call $next)))))"#,
//! )?;
//! // The data of the store is what functions of the host work with.
//! let mut store = Store::new(&engine, 20);
//! let mut linker = Linker::new();
//! linker.func_wrap(&mut store, "host", "next", |mut caller, (): ()| {
//!     *caller.data_mut() += 1;
//!     Ok(*caller.data())
//! })?;
//! let instance = linker.instantiate(&mut store, &module)?;
//! let sum = instance.get_typed_func::<i32, i32>(&store, "sum")?;
//! assert_eq!(sum.call(&mut store, -1)?, 42);
//! # Ok::<(), wasm::Error>(())
//! ```
//!
//! Programs that need a system get it by [`wasi`], and the [`command`] `mimeo-wasm` runs them.

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
