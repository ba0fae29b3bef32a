//! Calls of builtins that have ops of their own, but need the runtime.

use lua_syntax::strings::part;
use mimeo::Thrown;

use super::{PART, claim, safepoint};
use crate::heap::Shortcut;
use crate::ops::ops::{NOTHING, Value, Vm};

/// Returns how a function can be called without a frame, if it can. Hooks see calls only in frames.
fn shortcut(vm: &Vm, function: Value) -> Option<Shortcut> {
    if vm.context.builtins.abs == NOTHING { None } else { function.to_builtin()?.shortcut }
}

/// Computes a function of a number, or returns [`NOTHING`] if it is another one, or no number is passed.
pub(crate) fn float_of(vm: &mut Vm, function: Value, x: Value) -> Value {
    match (shortcut(vm, function), x.to_number()) {
        (Some(Shortcut::Float(function)), Some(x)) => Value::number(function(x)),
        _ => NOTHING,
    }
}

/// Computes `string.sub`, or returns [`NOTHING`] if it is another function, an argument must be converted, or the result
/// is long.
pub(crate) fn part_of(vm: &mut Vm, function: Value, text: Value, first: Value, last: Value) -> Result<Value, Thrown> {
    let Some(Shortcut::Part) = shortcut(vm, function) else { return Ok(NOTHING) };
    let (Some(text), Some(first), Some(last)) = (text.to_text(), first.to_number(), last.to_number()) else {
        return Ok(NOTHING);
    };
    let bytes = part(text.bytes(), int32(first), int32(last));
    if bytes.len() == text.len as usize {
        return Ok(text.into());
    }
    if bytes.len() > PART {
        return Ok(NOTHING);
    }
    safepoint(vm)?;
    claim(vm, bytes.len())?;
    Ok(vm.host.heap.text(bytes).into())
}

/// Returns a value of `...`, or their number, as `select` does. Returns [`NOTHING`] if it is another function, or the
/// index must be converted or is wrong.
pub(crate) fn selected(vm: &mut Vm, function: Value, rest: Value, index: Value) -> Value {
    let Some(Shortcut::Select) = shortcut(vm, function) else { return NOTHING };
    let rest = rest.to_table();
    let given = rest.map_or(0, |rest| i64::from(rest.array_len));
    if index.to_text().is_some_and(|text| text.bytes().first() == Some(&b'#')) {
        return Value::number(given as f64);
    }
    let Some(index) = index.to_number() else { return NOTHING };
    let index = i64::from(int32(index));
    let from = if index < 0 { index + given + 1 } else { index };
    match (u32::try_from(from), rest) {
        (Ok(0) | Err(_), _) => NOTHING,
        (Ok(from), Some(rest)) => rest.get_index(from),
        (Ok(_), None) => Value::NIL,
    }
}

/// Returns a number truncated to 32 bits. Numbers out of range and NaN become the smallest one.
pub(crate) fn int32(number: f64) -> i32 {
    // The conversion saturates small numbers anyway; NaN is not less than the limit.
    if number < -f64::from(i32::MIN) { number as i32 } else { i32::MIN }
}
