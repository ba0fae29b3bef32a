//! Functions and indices → their variables.

use mimeo::Thrown;

use super::stack_of;
use crate::heap::{Closure, Gc};
use crate::ops::ops::Value;
use crate::runtime::{Call, frame_at};

/// The slots of locals are not recorded, so every level has none.
pub(super) fn getlocal(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (coroutine, first) = stack_of(call);
    call.integer(first + 1)?;
    if !call.get(first).is_function() && coroutine.is_none() {
        check_level(call, first)?;
    }
    call.give(Value::NIL)
}

/// See [`getlocal`].
pub(super) fn setlocal(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (coroutine, first) = stack_of(call);
    if coroutine.is_none() {
        check_level(call, first)?;
    }
    call.integer(first + 1)?;
    call.any(first + 2)?;
    call.give(Value::NIL)
}

fn check_level(call: &mut Call<'_>, index: u32) -> Result<(), Thrown> {
    let level = usize::try_from(call.integer(index)?).ok();
    match level.and_then(|level| frame_at(call.vm, level)) {
        Some(_) => Ok(()),
        None => Err(call.argument_error(index, "level out of range")),
    }
}

pub(super) fn getupvalue(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (function, index) = (call.function(0)?, call.integer(1)?);
    let Some((name, closure, index)) = upvalue_of(function, index) else { return call.give_all(&[]) };
    let value = closure.upvalue(index).map_or(Value::NIL, |upvalue| upvalue.value());
    call.give_all(&[name, value])
}

pub(super) fn setupvalue(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = call.any(2)?;
    let (function, index) = (call.function(0)?, call.integer(1)?);
    let Some((name, closure, index)) = upvalue_of(function, index) else { return call.give_all(&[]) };
    if let Some(upvalue) = closure.upvalue(index) {
        call.heap().set_upvalue(upvalue, value);
    }
    call.give(name)
}

/// Returns the name of upvalue number `number`, counted from 1, with its closure and its index there.
fn upvalue_of(function: Value, number: i64) -> Option<(Value, Gc<Closure>, u32)> {
    let closure = function.to_closure()?;
    let index = u32::try_from(number.checked_sub(1)?).ok()?;
    let prototype = closure.prototype();
    let name = *prototype.upvalue_names.get(index as usize)?;
    Some((prototype.chunk().parts().constants[name as usize], closure, index))
}
