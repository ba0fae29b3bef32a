//! A run of values → one string.

use mimeo::{Thrown, Window};

use super::arithmetic::method;
use super::place::operand_name;
use super::{error, run, safepoint};
use crate::heap::Event;
use crate::ops::ops::{Text, Value, Vm};
use crate::strings::push_number;

/// Appends the text of a string or number; says whether it is one.
pub fn push_text(out: &mut Vec<u8>, value: Value) -> bool {
    if let Some(text) = value.to_text() {
        out.extend_from_slice(text.bytes());
    } else if let Some(number) = value.to_number() {
        push_number(out, number);
    } else {
        return false;
    }
    true
}

pub(crate) fn concatenate(vm: &mut Vm, values: Window) -> Result<Value, Thrown> {
    safepoint(vm);
    let mut buffer = std::mem::take(&mut vm.host.buffer);
    buffer.clear();
    let is_plain = (0..values.len() as u32).all(|index| push_text(&mut buffer, vm.slot(values.start() + index)));
    let result = if is_plain { new_text(vm, &buffer) } else { from_the_right(vm, values) };
    vm.host.buffer = buffer;
    result
}

fn new_text(vm: &mut Vm, bytes: &[u8]) -> Result<Value, Thrown> {
    if bytes.len() > Text::MAX_LEN {
        return Err(error::raise_text(vm, "string length overflow"));
    }
    Ok(vm.host.heap.text(bytes).into())
}

/// Some of the values are for metamethods, which take two at a time.
fn from_the_right(vm: &mut Vm, values: Window) -> Result<Value, Thrown> {
    let last = values.len() as u32 - 1;
    let mut right = vm.slot(values.start() + last);
    for index in (0..last).rev() {
        let left = vm.slot(values.start() + index);
        let mut bytes = Vec::new();
        if push_text(&mut bytes, left) && push_text(&mut bytes, right) {
            right = new_text(vm, &bytes)?;
            continue;
        }
        right = match method(vm, Event::Concat, left, right) {
            Some(method) => run(vm, method, &[left, right])?,
            None => {
                let is_left = !(left.is_text() || left.is_number());
                let (operand, value) = if is_left { (index, left) } else { (index + 1, right) };
                // A value that came of concatenation has no name.
                let what = match u8::try_from(operand) {
                    Ok(operand) if is_left || index + 1 == last => operand_name(vm, operand, value),
                    _ => format!("a {} value", value.type_name()),
                };
                return Err(error::raise_text(vm, format!("attempt to concatenate {what}")));
            }
        };
    }
    Ok(right)
}
