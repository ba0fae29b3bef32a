//! Functions and indices → their variables.

use mimeo::Thrown;

use super::level::{frames_in, left_in, level_at};
use super::stack_of;
use crate::heap::{Closure, Coroutine, Gc, LocalName};
use crate::library::weak_table;
use crate::ops::ops::{Table, Value};
use crate::runtime::Call;

/// The name of a value of `...`, which has a negative number.
const REST: &str = "(*vararg)";

/// Where a local is.
enum Place {
    /// In a slot of the frame with this index.
    Slot(usize, u32),
    /// In the table of `...`.
    Rest(Gc<Table>, u32),
    /// An error has left its function.
    Left,
}

/// A local of an active function, or of one that an error has left.
struct Local {
    name: Value,
    value: Value,
    place: Place,
}

pub(super) fn getlocal(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (coroutine, first) = stack_of(call);
    let number = call.int32(first + 1)?;
    if call.get(first).is_function() {
        let name = parameter_of(call.get(first), number);
        return call.give(name);
    }
    let level = call.int32(first)?;
    if level_at(call.vm, coroutine, level).is_none() {
        return Err(call.argument_error(first, "level out of range"));
    }
    match local_at(call, coroutine, level, number) {
        Some(Local { name, value, .. }) => call.give_all(&[name, value]),
        None => call.give(Value::NIL),
    }
}

pub(super) fn setlocal(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (coroutine, first) = stack_of(call);
    let level = call.int32(first)?;
    if level_at(call.vm, coroutine, level).is_none() {
        return Err(call.argument_error(first, "level out of range"));
    }
    let value = call.any(first + 2)?;
    let number = call.int32(first + 1)?;
    let Some(Local { name, place, .. }) = local_at(call, coroutine, level, number) else {
        return call.give(Value::NIL);
    };
    match (place, coroutine) {
        (Place::Slot(frame, slot), None) => {
            call.vm.set_frame_slot(frame, slot, value);
        }
        (Place::Slot(frame, slot), Some(coroutine)) => {
            let fiber = coroutine.fiber().map(|fiber| call.vm.host.fibers.get(fiber)).expect("it has frames");
            call.vm.set_fiber_frame_slot(fiber, frame, slot, value).expect("it is not running");
        }
        (Place::Rest(rest, index), _) => call.heap().set_index(rest, index, value),
        (Place::Left, _) => {}
    }
    call.give(name)
}

/// Returns the name of a function's parameter, counted from 1, or nil.
fn parameter_of(function: Value, number: i32) -> Value {
    let name = function.to_closure().and_then(|closure| {
        let prototype = closure.prototype();
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        let parameter = prototype.locals.get(index).filter(|_| index < prototype.parameters as usize)?;
        constant_name(closure, parameter.name)
    });
    name.unwrap_or(Value::NIL)
}

/// Returns the name of a local of a closure, unless it is hidden.
fn constant_name(closure: Gc<Closure>, name: LocalName) -> Option<Value> {
    match name {
        LocalName::Constant(name) => Some(closure.prototype().chunk().parts().constants[name as usize]),
        LocalName::Hidden(_) => None,
    }
}

/// Returns a local of the function at a level, counted from 1, or a value of its `...`, counted from -1 down.
fn local_at(call: &mut Call<'_>, coroutine: Option<Gc<Coroutine>>, level: i32, number: i32) -> Option<Local> {
    let level = usize::try_from(level).ok()?;
    let index = number.unsigned_abs().checked_sub(1)? as usize;
    if let Some(left) = left_in(coroutine.as_ref()) {
        let local = left.get(level)?.locals.get(index).filter(|_| number > 0)?;
        return Some(Local { name: local.name, value: local.value, place: Place::Left });
    }
    let frame = frames_in(call.vm, coroutine).nth(level)?;
    if number < 0 {
        let rest = frame.rest().filter(|rest| index < rest.array_len as usize)?;
        let index = index as u32 + 1;
        return Some(Local { name: call.text(REST), value: rest.get_index(index), place: Place::Rest(rest, index) });
    }
    let (name, slot, value) = frame.local(index)?;
    let (closure, place) = (frame.closure()?, Place::Slot(frame.index, slot));
    let name = match name {
        LocalName::Hidden(local) => call.text(local.word()),
        _ => constant_name(closure, name)?,
    };
    Some(Local { name, value, place })
}

pub(super) fn getupvalue(call: &mut Call<'_>) -> Result<(), Thrown> {
    let index = call.int32(1)?;
    let function = call.function(0)?;
    if let Some(value) = captured_of(function, index) {
        let name = call.text("");
        return call.give_all(&[name, value]);
    }
    let Some((name, closure, index)) = upvalue_of(function, index) else { return call.give_all(&[]) };
    let value = closure.upvalue(index).map_or(Value::NIL, |upvalue| upvalue.value());
    call.give_all(&[name, value])
}

pub(super) fn setupvalue(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = call.any(2)?;
    let index = call.int32(1)?;
    let function = call.function(0)?;
    let Some((name, closure, index)) = upvalue_of(function, index) else { return call.give_all(&[]) };
    if let Some(upvalue) = closure.upvalue(index) {
        call.heap().set_upvalue(upvalue, value);
    }
    call.give(name)
}

/// Returns a value that only this upvalue has.
pub(super) fn upvalueid(call: &mut Call<'_>) -> Result<(), Thrown> {
    let function = call.function(0)?;
    let index = call.int32(1)?;
    let address = match upvalue_of(function, index) {
        Some((_, closure, index)) => closure.upvalue(index).expect("it has a name").as_ptr().addr(),
        None => match captured_of(function, index) {
            // Builtins share no captured values.
            Some(_) => function.address() + index as usize,
            None => return Err(call.argument_error(1, "index out of range")),
        },
    };
    let ids = weak_table(call.vm, "_UPVALUE_IDS", "v");
    let key = Value::number(address as f64);
    let known = ids.get(key);
    if !known.is_nil() {
        return call.give(known);
    }
    let id = call.heap().new_userdata(None);
    call.heap().set(ids, key, id.into()).expect("the key is neither nil nor NaN");
    call.give(id.into())
}

pub(super) fn upvaluejoin(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (to, to_index) = lua_upvalue(call, 0)?;
    let (from, from_index) = lua_upvalue(call, 2)?;
    let upvalue = from.upvalue(from_index).expect("it was checked");
    call.heap().join_upvalue(to, to_index, upvalue);
    call.give_all(&[])
}

/// Returns the function at an argument, and the index of its upvalue at the next one.
fn lua_upvalue(call: &mut Call<'_>, at: u32) -> Result<(Gc<Closure>, u32), Thrown> {
    let Some(closure) = call.function(at)?.to_closure() else {
        return Err(call.argument_error(at, "Lua function expected"));
    };
    let number = call.int32(at + 1)?;
    match upvalue_of(closure.into(), number) {
        Some((_, closure, index)) => Ok((closure, index)),
        None => Err(call.argument_error(at + 1, "index out of range")),
    }
}

/// Returns a captured value of a builtin, counted from 1.
fn captured_of(function: Value, number: i32) -> Option<Value> {
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    function.to_builtin()?.captured().get(index).copied()
}

/// Returns the name of upvalue number `number`, counted from 1, with its closure and its index there.
fn upvalue_of(function: Value, number: i32) -> Option<(Value, Gc<Closure>, u32)> {
    let closure = function.to_closure()?;
    let index = u32::try_from(number.checked_sub(1)?).ok()?;
    let prototype = closure.prototype();
    let name = *prototype.upvalue_names.get(index as usize)?;
    Some((prototype.chunk().parts().constants[name as usize], closure, index))
}
