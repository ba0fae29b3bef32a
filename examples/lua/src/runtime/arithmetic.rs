//! Operands that are not both numbers → the result of an operation: converts strings, and calls metamethods.

use lua_syntax::strings::scan_number;
use mimeo::Thrown;

use super::error;
use super::index::metatable_of;
use super::place::operand_name;
use super::run::{give, request};
use crate::heap::{Event, Gc};
use crate::ops::ops::{self, Text, Value, Vm};

/// Returns the number that a value is or, for a string, represents.
pub fn to_number(value: Value) -> Option<f64> {
    value.to_number().or_else(|| value.to_text().and_then(|text: Gc<Text>| scan_number(text.bytes())))
}

/// Computes the operation `event`, which is an [`Event`]. The operand of a negation is passed twice.
pub(crate) fn arithmetic(vm: &mut Vm, event: u8, a: Value, b: Value) -> Result<Value, Thrown> {
    let event = Event::ALL[usize::from(event)];
    if let (Some(a), Some(b)) = (to_number(a), to_number(b)) {
        return Ok(Value::number(calculate(event, a, b)));
    }
    match method(vm, event, a, b) {
        Some(method) => Err(request(vm, method, &[a, b], give)),
        None => {
            let (operand, value) = if to_number(a).is_some() { (1, b) } else { (0, a) };
            let what = operand_name(vm, operand, value);
            Err(error::raise_text(vm, format!("attempt to perform arithmetic on {what}")))
        }
    }
}

// Ops refer to events by number; these numbers must be the same.
const _: () = {
    assert!(ops::ADD == Event::Add as u8 && ops::SUBTRACT == Event::Sub as u8);
    assert!(ops::MULTIPLY == Event::Mul as u8 && ops::DIVIDE == Event::Div as u8);
    assert!(ops::MODULO == Event::Mod as u8 && ops::NEGATE == Event::Unm as u8);
    assert!(ops::NEW_INDEX == Event::NewIndex.bit());
};

fn calculate(event: Event, a: f64, b: f64) -> f64 {
    match event {
        Event::Add => a + b,
        Event::Sub => a - b,
        Event::Mul => a * b,
        Event::Div => a / b,
        Event::Mod => a - (a / b).floor() * b,
        Event::Pow => a.powf(b),
        Event::Unm => -a,
        _ => unreachable!("{event:?} is not arithmetic"),
    }
}

/// Returns the metamethod of the first operand that has one.
pub(super) fn method(vm: &mut Vm, event: Event, a: Value, b: Value) -> Option<Value> {
    [a, b].into_iter().find_map(|value| {
        let metatable = metatable_of(vm, value)?;
        let method = vm.host.heap.metamethod(metatable, event);
        (!method.is_nil()).then_some(method)
    })
}

pub(crate) fn power_of(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
    match (a.to_number(), b.to_number()) {
        (Some(a), Some(b)) => Ok(Value::number(a.powf(b))),
        _ => arithmetic(vm, Event::Pow as u8, a, b),
    }
}

/// Returns the length of a value that is not a string.
pub(crate) fn length_of(vm: &mut Vm, a: Value) -> Result<Value, Thrown> {
    if let Some(table) = a.to_table() {
        return Ok(Value::number(table.length() as f64));
    }
    match method(vm, Event::Len, a, a) {
        Some(method) => Err(request(vm, method, &[a], give)),
        None => {
            let what = operand_name(vm, 0, a);
            Err(error::raise_text(vm, format!("attempt to get length of {what}")))
        }
    }
}

/// Converts one of the three values of a numeric `for` to a number.
pub(crate) fn prepare_loop(vm: &mut Vm, value: Value, which: u8) -> Result<Value, Thrown> {
    match to_number(value) {
        Some(number) => Ok(Value::number(number)),
        None => {
            let what = ["initial value", "limit", "step"][usize::from(which)];
            Err(error::raise_text(vm, format!("'for' {what} must be a number")))
        }
    }
}
