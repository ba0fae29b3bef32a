//! Lua's library: every function is a [`BuiltinFn`], and every file defines those of one table.

mod arguments;
mod base;
mod bit;
mod coroutine;
mod debug;
mod io;
mod math;
mod os;
mod package;
mod string;
mod system;
mod table;

use crate::heap::{Gc, Heap};
use crate::ops::ops::{Table, Value, Vm};
use crate::runtime::BuiltinFn;

/// The functions of a table with their names.
type Functions = &'static [(&'static str, BuiltinFn)];

/// Defines the whole library in the globals.
pub fn open(vm: &mut Vm) {
    base::open(vm);
    coroutine::open(vm);
    bit::open(vm);
    debug::open(vm);
    io::open(vm);
    math::open(vm);
    os::open(vm);
    package::open(vm);
    table::open(vm);
    string::open(vm);
}

/// Defines functions in a table.
fn define(vm: &mut Vm, table: Gc<Table>, functions: Functions) {
    for &(name, function) in functions {
        define_with(vm, table, name, function, &[]);
    }
}

/// Defines a function with captured values in a table.
fn define_with(vm: &mut Vm, table: Gc<Table>, name: &'static str, function: BuiltinFn, captured: &[Value]) {
    let value = builtin(vm, name, function, captured);
    set(&mut vm.host.heap, table, name, value);
}

/// Creates a function with captured values.
fn builtin(vm: &mut Vm, name: &'static str, function: BuiltinFn, captured: &[Value]) -> Value {
    let callee = vm.host.stubs.builtin();
    vm.host.heap.new_builtin(name, callee, function, captured.into()).into()
}

/// Defines a global table of functions, which `require` finds too.
fn define_module(vm: &mut Vm, name: &str, functions: Functions) -> Gc<Table> {
    let table = vm.host.heap.new_table(0, functions.len() as u32, 0);
    define(vm, table, functions);
    let globals = vm.host.globals;
    set(&mut vm.host.heap, globals, name, table.into());
    let loaded = loaded_modules(vm);
    set(&mut vm.host.heap, loaded, name, table.into());
    table
}

/// Returns a module of the library, as `require` does.
pub(crate) fn loaded_module(vm: &mut Vm, name: &str) -> Option<Gc<Table>> {
    let loaded = loaded_modules(vm);
    let name = vm.host.heap.text(name.as_bytes());
    loaded.get_text(name).to_table()
}

/// Returns `package.loaded`.
fn loaded_modules(vm: &mut Vm) -> Gc<Table> {
    let registry = vm.host.registry;
    let key = vm.host.heap.text(b"_LOADED");
    match registry.get_text(key).to_table() {
        Some(loaded) => loaded,
        None => {
            let loaded = vm.host.heap.new_table(0, 0, 0);
            vm.host.heap.set_field(registry, key, loaded.into());
            loaded
        }
    }
}

/// Sets `table[name] = value`.
fn set(heap: &mut Heap, table: Gc<Table>, name: &str, value: Value) {
    let name = heap.text(name.as_bytes());
    heap.set_field(table, name, value);
}
