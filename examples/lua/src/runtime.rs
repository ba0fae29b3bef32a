//! What ops cannot do themselves.

use mimeo::Thrown;

use crate::heap::Heap;
use crate::ops::ops::{Value, Vm};

/// What only runtime functions see of a running Lua.
#[derive(Debug, Default)]
pub struct Host {
    /// All its objects.
    pub heap: Heap,
}

/// A function written in Rust, as Lua calls it: its arguments lie in as many slots from `base` on, its results go to
/// the same place, and it returns how many there are.
pub type BuiltinFn = fn(vm: &mut Vm, base: u32, arguments: u32) -> Result<u32, Thrown>;

/// `rawget(object, key)`
pub(crate) fn get(vm: &mut Vm, object: Value, key: Value) -> Result<Value, Thrown> {
    match object.to_table() {
        Some(table) => Ok(table.get(key)),
        None => Err(vm.throw(format!("attempt to index a {} value", object.type_name()))),
    }
}
