//! `table.new` and `table.clear`, which a program has to `require`.

use mimeo::Thrown;

use crate::heap::Gc;
use crate::library::{builtin, define_with, loaded_modules};
use crate::ops::ops::{Table, Vm};
use crate::runtime::{BuiltinFn, Call};

/// The modules: their names and those of their functions.
const MODULES: [(&str, &str, BuiltinFn); 2] = [("table.clear", "clear", clear), ("table.new", "new", new)];

/// The largest array that `table.new` makes.
const MAX_ARRAY: u32 = 1 << 26;

/// Defines the loaders of the modules.
pub(in crate::library) fn preload(vm: &mut Vm, preload: Gc<Table>) {
    for (module, name, function) in MODULES {
        let function = builtin(vm, name, function, &[]);
        let name = vm.host.heap.text(name.as_bytes()).into();
        define_with(vm, preload, module, load, &[name, function]);
    }
}

/// Adds the function to the table `table`, and returns it.
fn load(call: &mut Call<'_>) -> Result<(), Thrown> {
    let builtin = call.builtin();
    let &[name, function] = builtin.captured() else { unreachable!("`preload` captures two") };
    let (loaded, key) = (loaded_modules(call.vm), call.text("table"));
    if let (Some(table), Some(name)) = (loaded.get(key).to_table(), name.to_text()) {
        call.heap().set_field(table, name, function);
    }
    call.give(function)
}

/// Creates a table with room for so many elements and other fields.
fn new(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (array, others) = (call.int32(0)?, call.int32(1)?);
    let array = u32::try_from(array).unwrap_or(0);
    let others = u32::try_from(others).ok().filter(|&others| others <= MAX_ARRAY && array <= MAX_ARRAY);
    let Some(others) = others else { return Err(call.error_without_place("table overflow")) };
    call.claim(Table::size_for(array, others))?;
    let table = call.heap().new_table(array, 0, others);
    call.give(table.into())
}

/// Removes all fields of a table, and keeps its memory.
fn clear(call: &mut Call<'_>) -> Result<(), Thrown> {
    let table = call.table(0)?;
    call.work_at_once(table.array_len as usize * 8)?;
    call.heap().clear(table);
    call.give_all(&[])
}
