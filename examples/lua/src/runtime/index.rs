//! `object[key]` and `object[key] = value` as the slow paths of ops: metamethods, other types, filling caches.

use mimeo::{Thrown, Window};

use super::builtin::WORK_PER_VALUE;
use super::place::operand_name;
use super::run::{forget, give, request, run};
use super::{claim, claim_keeping, error, pay, safepoint};
use crate::heap::{Chunk, Event, Gc};
use crate::ops::ops::{AddCache, FieldCache, InheritedCache, Table, Value, Vm};

/// Maximal number of tables in a chain of metamethods.
const MAX_CHAIN: usize = 100;

/// Up to so many fields of a new table are allocated without a claim.
const FEW: u32 = 64;

/// The kinds of values that share one metatable, which only `debug.setmetatable` sets.
#[derive(Clone, Copy, Debug)]
pub enum PlainKind {
    /// `nil`
    Nil,
    /// `false` and `true`
    Boolean,
    /// Numbers
    Number,
    /// Functions
    Function,
    /// Coroutines
    Thread,
}

impl PlainKind {
    /// Number of kinds.
    pub(super) const COUNT: usize = 5;

    /// Returns the kind of a value that is neither a string, a table nor a userdata.
    #[must_use]
    pub fn of(value: Value) -> PlainKind {
        match value {
            Value::NIL => PlainKind::Nil,
            Value::TRUE | Value::FALSE => PlainKind::Boolean,
            _ if value.is_function() => PlainKind::Function,
            _ if value.is_thread() => PlainKind::Thread,
            _ => PlainKind::Number,
        }
    }
}

pub(crate) fn make_table(vm: &mut Vm, array: u32, names: u32) -> Result<Value, Thrown> {
    safepoint(vm)?;
    if array > FEW || names > FEW {
        claim(vm, Table::size_for(array, names))?;
    }
    Ok(vm.host.heap.new_table(array, names, 0).into())
}

/// Returns the metatable of a value.
pub fn metatable_of(vm: &Vm, value: Value) -> Option<Gc<Table>> {
    if let Some(table) = value.to_table() {
        table.metatable()
    } else if value.is_text() {
        vm.host.text_metatable
    } else if let Some(userdata) = value.to_userdata() {
        userdata.metatable()
    } else {
        vm.host.kind_metatables[PlainKind::of(value) as usize]
    }
}

/// The result of a lookup.
enum Decision {
    Known(Value),
    /// A function to call with an object.
    Method {
        method: Value,
        object: Value,
    },
}

/// Computes `object[key]` for an op.
pub(crate) fn index(vm: &mut Vm, object: Value, key: Value) -> Result<Value, Thrown> {
    match find(vm, object, key)? {
        Decision::Known(value) => Ok(value),
        Decision::Method { method, object } => Err(request(vm, method, &[object, key], give)),
    }
}

/// Computes `object[key]` for a builtin.
///
/// # Errors
///
/// If the object cannot be indexed, or a metamethod throws an error.
pub fn get(vm: &mut Vm, object: Value, key: Value) -> Result<Value, Thrown> {
    match find(vm, object, key)? {
        Decision::Known(value) => Ok(value),
        Decision::Method { method, object } => run(vm, method, &[object, key]),
    }
}

fn find(vm: &mut Vm, object: Value, key: Value) -> Result<Decision, Thrown> {
    let mut current = object;
    for _ in 0..MAX_CHAIN {
        let metatable = match current.to_table() {
            Some(table) => {
                let value = table.get(key);
                if !value.is_nil() {
                    return Ok(Decision::Known(value));
                }
                match table.metatable() {
                    Some(metatable) => Some(metatable),
                    None => return Ok(Decision::Known(Value::NIL)),
                }
            }
            None => metatable_of(vm, current),
        };
        let method = metatable.map_or(Value::NIL, |metatable| vm.host.heap.metamethod(metatable, Event::Index));
        if method.is_nil() {
            return if current.is_table() {
                Ok(Decision::Known(Value::NIL))
            } else {
                Err(no_fields(vm, object, current))
            };
        }
        if method.is_function() {
            return Ok(Decision::Method { method, object: current });
        }
        current = method;
    }
    Err(error::raise_text(vm, "loop in gettable"))
}

/// Works like [`index`], for globals: fills the cache of an op if the table itself has the name.
pub(crate) fn index_global(vm: &mut Vm, globals: Value, name: Value, cache: &FieldCache) -> Result<Value, Thrown> {
    if let (Some(table), Some(text)) = (globals.to_table(), name.to_text()) {
        let value = table.get_cached(text, cache);
        if !value.is_nil() {
            return Ok(value);
        }
    }
    index(vm, globals, name)
}

/// Works like [`index`], and fills the caches of an op.
pub(crate) fn index_field(
    vm: &mut Vm,
    object: Value,
    name: Value,
    own: &FieldCache,
    inherited: &InheritedCache,
) -> Result<Value, Thrown> {
    if let (Some(table), Some(text)) = (object.to_table(), name.to_text())
        && let Some(value) = vm.host.heap.find_field(table, text, own, inherited)
    {
        return Ok(value);
    }
    index(vm, object, name)
}

/// Works like [`index_field`], for a method call, whose second result is the object.
pub(crate) fn index_method(
    vm: &mut Vm,
    object: Value,
    name: Value,
    own: &FieldCache,
    inherited: &InheritedCache,
) -> Result<Value, Thrown> {
    if let (Some(name), true, Some(metatable)) = (name.to_text(), object.is_text(), vm.host.text_metatable)
        && let Some(value) = vm.host.heap.find_method_of_text(metatable, name, inherited)
        && !value.is_nil()
    {
        return Ok(value);
    }
    let result = index_field(vm, object, name, own, inherited);
    if result.is_err() {
        // The metamethod, if one was requested, gives only the first result.
        vm.set_result(1, object);
    }
    result
}

pub(crate) fn set(vm: &mut Vm, object: Value, key: Value, value: Value) -> Result<(), Thrown> {
    let mut current = object;
    for _ in 0..MAX_CHAIN {
        let metatable = metatable_of(vm, current);
        let method = metatable.map_or(Value::NIL, |metatable| vm.host.heap.metamethod(metatable, Event::NewIndex));
        if let Some(table) = current.to_table()
            && (method.is_nil() || !table.get(key).is_nil())
        {
            claim(vm, table.growth(key))?;
            return vm.host.heap.set(table, key, value).map_err(|bad| error::raise_text(vm, bad.to_string()));
        }
        if method.is_nil() {
            return Err(no_fields(vm, object, current));
        }
        if method.is_function() {
            return Err(request(vm, method, &[current, key, value], forget));
        }
        current = method;
    }
    Err(error::raise_text(vm, "loop in settable"))
}

/// Works like [`set`], and fills the caches of an op if there is no metamethod.
pub(crate) fn set_name(
    vm: &mut Vm,
    object: Value,
    name: Value,
    value: Value,
    field: &FieldCache,
    add: &AddCache,
) -> Result<(), Thrown> {
    if let (Some(table), Some(text)) = (object.to_table(), name.to_text()) {
        let method =
            table.metatable().map_or(Value::NIL, |metatable| vm.host.heap.metamethod(metatable, Event::NewIndex));
        if method.is_nil() || !table.get_text(text).is_nil() {
            claim(vm, table.growth(name))?;
            vm.host.heap.set_cached(table, text, value, field, add);
            return Ok(());
        }
    }
    set(vm, object, name, value)
}

pub(crate) fn set_elements(vm: &mut Vm, table: Value, values: Window, first: u32, count: u32) -> Result<(), Thrown> {
    let table = table.to_table().expect("a constructor creates tables");
    let len = first - 1 + count;
    if len > table.array_len {
        claim_keeping(vm, Table::size_for(len, 0), values, count)?;
    }
    vm.host.heap.reserve_array(table, len);
    for index in 0..count {
        let value = vm.slot(values.start() + index);
        vm.host.heap.set_index(table, first + index, value);
    }
    Ok(())
}

/// Returns a part of the literals of a closure's chunk.
fn literals(chunk: &Chunk, from: u32, count: usize) -> &[Value] {
    let literals = chunk.parts().literals.get(from as usize..).and_then(|literals| literals.get(..count));
    literals.expect("the generator names literals that the chunk has")
}

/// Returns the chunk of the running closure.
fn chunk_of(function: Value) -> Gc<Chunk> {
    function.to_closure().expect("slot 0 is the running closure").prototype().chunk()
}

pub(crate) fn copy_literals(
    vm: &mut Vm,
    table: Value,
    function: Value,
    from: u32,
    count: u32,
    first: u32,
) -> Result<(), Thrown> {
    pay(vm, count as usize * WORK_PER_VALUE)?;
    let (chunk, table) = (chunk_of(function), table.to_table().expect("a constructor creates tables"));
    let len = first - 1 + count;
    if len > table.array_len {
        claim(vm, Table::size_for(len, 0))?;
    }
    vm.host.heap.reserve_array(table, len);
    for (index, &value) in (first..).zip(literals(&chunk, from, count as usize)) {
        vm.host.heap.set_index(table, index, value);
    }
    Ok(())
}

pub(crate) fn copy_pairs(vm: &mut Vm, table: Value, function: Value, from: u32, count: u32) -> Result<(), Thrown> {
    pay(vm, count as usize * WORK_PER_VALUE)?;
    let (chunk, table) = (chunk_of(function), table.to_table().expect("a constructor creates tables"));
    for pair in literals(&chunk, from, 2 * count as usize).chunks_exact(2) {
        claim(vm, table.growth(pair[0]))?;
        vm.host.heap.set(table, pair[0], pair[1]).expect("the keys are numbers");
    }
    Ok(())
}

fn no_fields(vm: &mut Vm, object: Value, current: Value) -> Thrown {
    let what =
        if object.0 == current.0 { operand_name(vm, 0, current) } else { format!("a {} value", current.type_name()) };
    error::raise_text(vm, format!("attempt to index {what}"))
}

/// Advances to the next field of a table. The window's first slot has the last key; the first two slots get the next
/// key, and the last one its value. Returns `false` at the end.
pub(crate) fn advance(vm: &mut Vm, table: Value, variables: Window) -> Result<bool, Thrown> {
    let start = variables.start();
    let table = table.to_table().expect("the op has checked it");
    vm.check_interrupt()?;
    match table.next(vm.slot(start)) {
        Ok(Some((key, value))) => {
            vm.set_slots(start, &[key, key, value]);
            Ok(true)
        }
        Ok(None) => Ok(false),
        // The generic path calls `next`, which throws the error.
        Err(_) => Ok(false),
    }
}
