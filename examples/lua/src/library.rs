//! Lua's library: every function is a [`BuiltinFn`], and every file defines those of one table.

mod arguments;
mod base;
mod bit;
mod builtins;
mod coroutine;
mod debug;
mod io;
mod jit;
mod libraries;
mod math;
mod os;
mod package;
mod string;
mod system;
mod table;

use crate::heap::{Gc, Heap};
use crate::ops::ops::{Builtins, Table, Value, Vm};
use crate::runtime::BuiltinFn;

pub use libraries::{Libraries, Library};

/// The functions of a table with their names.
type Functions = &'static [(&'static str, BuiltinFn)];

/// Defines these parts of the library in the globals.
pub fn open(vm: &mut Vm, libraries: Libraries) {
    base::open(vm, libraries);
    if libraries.has(Library::Coroutine) {
        coroutine::open(vm);
    }
    bit::open(vm);
    jit::open(vm);
    if libraries.has(Library::Debug) {
        debug::open(vm);
    }
    if libraries.has(Library::Io) {
        io::open(vm);
    }
    math::open(vm);
    if libraries.has(Library::Os) {
        os::open(vm);
    }
    if libraries.has(Library::Package) {
        package::open(vm);
    }
    table::open(vm);
    string::open(vm);
    builtins::set_shortcuts(vm);
    vm.host.builtins = Builtins::find(vm);
    vm.context.builtins = vm.host.builtins;
}

/// Creates `debug.traceback`, which the program may lack.
pub(crate) fn traceback(vm: &mut Vm) -> Value {
    builtin(vm, "traceback", debug::traceback, &[])
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

/// Returns a table of the registry whose keys or values are weak.
fn weak_table(vm: &mut Vm, name: &str, mode: &str) -> Gc<Table> {
    let registry = vm.host.registry;
    let key = vm.host.heap.text(name.as_bytes());
    if let Some(table) = registry.get_text(key).to_table() {
        return table;
    }
    let heap = &mut vm.host.heap;
    let (table, metatable, mode) = (heap.new_table(0, 0, 0), heap.new_table(0, 1, 0), heap.text(mode.as_bytes()));
    set(heap, metatable, "__mode", mode.into());
    heap.set_metatable(table, Some(metatable));
    heap.set_field(registry, key, table.into());
    table
}

/// Sets `table[name] = value`.
fn set(heap: &mut Heap, table: Gc<Table>, name: &str, value: Value) {
    let name = heap.text(name.as_bytes());
    heap.set_field(table, name, value);
}
