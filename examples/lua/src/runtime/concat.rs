//! Consecutive values → one string.

use lua_syntax::strings::push_number;
use mimeo::{After, Thrown, Window};

use super::arithmetic::method;
use super::place::operand_name;
use super::run::{give, request};
use super::scratch::Scratch;
use super::{Host, append, error, free_memory, out_of_memory, pay_at_once, safepoint};
use crate::heap::{Event, Gc};
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

/// What a slot of the window holds after its value was joined with the one before. No value of the program has these
/// bits.
const JOINED: Value = Value(Value::TRUE.0 - 1);

pub(crate) fn concatenate(vm: &mut Vm, values: Window) -> Result<Value, Thrown> {
    safepoint(vm)?;
    let start = values.start();
    let count = values.len() as u32;
    // A metamethod has joined the last values before.
    if vm.slot(start + count - 1) == JOINED {
        return from_the_right(vm, values);
    }
    match join(vm, count, |vm, index| vm.slot(start + index)) {
        Some(result) => result,
        None => from_the_right(vm, values),
    }
}

/// Joins values if all are strings or numbers. Appending to a long string avoids a copy if possible. The values must be
/// reachable.
fn join(vm: &mut Vm, count: u32, value: impl Fn(&Vm, u32) -> Value) -> Option<Result<Value, Thrown>> {
    let mut len = 0;
    for index in 0..count {
        let value = value(vm, index);
        match value.to_text() {
            Some(text) => len += text.len as usize,
            None if value.is_number() => len += MAX_NUMBER,
            None => return None,
        }
    }
    let long = value(vm, 0).to_text().filter(|text| text.len >= Text::MIN_SHARED);
    let long_len = long.map_or(0, |text| text.len as usize);
    let max = vm.host.bounds.text_len();
    if len > max + count as usize * MAX_NUMBER {
        return Some(Err(overflow(vm)));
    }
    let mut buffer = match Scratch::new(vm, len - long_len) {
        Ok(buffer) => buffer,
        Err(thrown) => return Some(Err(thrown)),
    };
    for index in u32::from(long.is_some())..count {
        let value = value(vm, index);
        if let Some(text) = value.to_text() {
            if let Err(stop) = append(vm, &mut buffer.bytes, text.bytes()) {
                return Some(Err(stop));
            }
        } else {
            push_text(&mut buffer.bytes, value);
        }
    }
    Some(if long_len + buffer.bytes.len() > max {
        Err(overflow(vm))
    } else if let Some(long) = long {
        append_to(vm, long, buffer)
    } else {
        buffer.into_text(vm).map(Value::from)
    })
}

/// No number takes more bytes.
const MAX_NUMBER: usize = 32;

/// Appends to a long text, which is copied if there is no room after it.
fn append_to(vm: &mut Vm, long: Gc<Text>, more: Scratch) -> Result<Value, Thrown> {
    let append = |vm: &mut Vm| {
        let Host { heap, control, .. } = &mut vm.host;
        heap.append(long, &more.bytes, &|| !control.is_interrupted())
    };
    let mut appended = append(vm);
    if appended.is_none() {
        vm.check_interrupt()?;
        free_memory(vm);
        appended = append(vm);
    }
    more.end(vm);
    let text = appended.ok_or_else(|| out_of_memory(vm))?;
    if text.bytes().as_ptr() != long.bytes().as_ptr() {
        // A stop does not wait for it: the heap was told.
        pay_at_once(vm, long.len as usize)?;
    }
    Ok(text.into())
}

/// Throws the error of `..` whose result is too long.
fn overflow(vm: &mut Vm) -> Thrown {
    let message = limit_message(vm).unwrap_or_else(|| "string length overflow".to_owned());
    error::raise_text(vm, message)
}

/// Throws the error of a builtin whose result is too long.
pub fn too_long(vm: &mut Vm) -> Thrown {
    match limit_message(vm) {
        Some(message) => error::raise_text_at(vm, 1, message),
        None => out_of_memory(vm),
    }
}

fn limit_message(vm: &Vm) -> Option<String> {
    vm.host.bounds.string_bytes.map(|limit| format!("string is longer than the limit of {limit} bytes"))
}

/// Joins values, some of which have metamethods, two at a time from the right. The op runs again after each metamethod but
/// the last one, whose result is that of the op.
fn from_the_right(vm: &mut Vm, values: Window) -> Result<Value, Thrown> {
    let start = values.start();
    let mut last = values.len() as u32 - 1;
    while vm.slot(start + last) == JOINED {
        vm.set_slot(start + last, Value::NIL);
        last -= 1;
    }
    let mut right = vm.slot(start + last);
    for index in (0..last).rev() {
        let left = vm.slot(start + index);
        let kept = vm.host.kept.len();
        vm.host.kept.push(right);
        let joined = join(vm, 2, |_, index| if index == 0 { left } else { right });
        vm.host.kept.truncate(kept);
        if let Some(joined) = joined {
            right = joined?;
            continue;
        }
        match method(vm, Event::Concat, left, right) {
            Some(method) if index == 0 => return Err(request(vm, method, &[left, right], give)),
            Some(method) => {
                // The continuation finds the place of the result: before the first joined slot.
                let joined = values.len() as u32 - (index + 1);
                vm.fill_slots(start + index + 1, joined, JOINED);
                return Err(request(vm, method, &[left, right], join_again));
            }
            None => {
                let is_left = !(left.is_text() || left.is_number());
                let (operand, value) = if is_left { (index, left) } else { (index + 1, right) };
                // The result of a join has no name, unlike that of a metamethod, which has that of its left operand.
                let what = match u8::try_from(operand) {
                    Ok(operand) if is_left || index + 1 == last => operand_name(vm, operand, value),
                    _ => format!("a {} value", value.type_name()),
                };
                return Err(error::raise_text(vm, format!("attempt to concatenate {what}")));
            }
        }
    }
    Ok(right)
}

/// Stores the result of a metamethod as the last value of the window, and runs the op again.
fn join_again(vm: &mut Vm, result: Value) -> After {
    let joined = (0..vm.frame_slots()).find(|&slot| vm.slot(slot) == JOINED).expect("the op has marked it");
    vm.set_slot(joined - 1, result);
    After::Again
}
