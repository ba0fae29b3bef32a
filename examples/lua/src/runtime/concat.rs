//! Consecutive values → one string.

use lua_syntax::strings::push_number;
use mimeo::{Thrown, Window};

use super::arithmetic::method;
use super::place::operand_name;
use super::run::{give, request, run};
use super::{error, safepoint};
use crate::heap::Event;
use crate::ops::ops::{Text, Value, Vm};

/// Appends the text of a string or number. Returns `false` for other values.
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

/// Throws "not enough memory". As in LuaJIT, the message has no position.
pub fn out_of_memory(vm: &mut Vm) -> Thrown {
    let message = vm.host.heap.text(b"not enough memory");
    error::raise(vm, message.into())
}

pub(crate) fn concatenate(vm: &mut Vm, values: Window) -> Result<Value, Thrown> {
    safepoint(vm);
    let start = values.start();
    match join(vm, values.len() as u32, |vm, index| vm.slot(start + index)) {
        Some(result) => result,
        None => from_the_right(vm, values),
    }
}

/// Joins values if all are strings or numbers. Appending to a long string avoids a copy if possible.
fn join(vm: &mut Vm, count: u32, value: impl Fn(&Vm, u32) -> Value) -> Option<Result<Value, Thrown>> {
    let mut len = 0;
    for index in 0..count {
        let value = value(vm, index);
        match value.to_text() {
            Some(text) => len += text.len as usize,
            // The few bytes of numbers are counted when they are written.
            None if value.is_number() => {}
            None => return None,
        }
    }
    if len > Text::MAX_LEN {
        return Some(Err(too_long(vm)));
    }
    let long = value(vm, 0).to_text().filter(|text| text.len >= Text::MIN_SHARED);
    len -= long.map_or(0, |text| text.len as usize);
    let mut buffer = std::mem::take(&mut vm.host.buffer);
    buffer.clear();
    if buffer.try_reserve(len).is_err() {
        return Some(Err(out_of_memory(vm)));
    }
    for index in u32::from(long.is_some())..count {
        push_text(&mut buffer, value(vm, index));
    }
    let result = if long.map_or(0, |text| text.len as usize) + buffer.len() > Text::MAX_LEN {
        Err(too_long(vm))
    } else if let Some(long) = long {
        vm.host.heap.append(long, &buffer).map(Value::from).ok_or_else(|| out_of_memory(vm))
    } else {
        Ok(vm.host.heap.text_of(&mut buffer).into())
    };
    vm.host.buffer = buffer;
    Some(result)
}

fn too_long(vm: &mut Vm) -> Thrown {
    error::raise_text(vm, "string length overflow")
}

/// Joins values, some of which have metamethods, two at a time from the right.
fn from_the_right(vm: &mut Vm, values: Window) -> Result<Value, Thrown> {
    let last = values.len() as u32 - 1;
    let mut right = vm.slot(values.start() + last);
    for index in (0..last).rev() {
        let left = vm.slot(values.start() + index);
        if let Some(joined) = join(vm, 2, |_, index| if index == 0 { left } else { right }) {
            right = joined?;
            continue;
        }
        right = match method(vm, Event::Concat, left, right) {
            // The last metamethod gives the op's result; those before run within the op.
            Some(method) if index == 0 => return Err(request(vm, method, &[left, right], give)),
            Some(method) => run(vm, method, &[left, right])?,
            None => {
                let is_left = !(left.is_text() || left.is_number());
                let (operand, value) = if is_left { (index, left) } else { (index + 1, right) };
                // An intermediate result has no name.
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
