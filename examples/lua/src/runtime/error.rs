//! A value → the pending error, once the handler of an `xpcall` has seen it.

use mimeo::{Thrown, Trap};

use super::place::place;
use super::run::run;
use super::stubs::{PCALL, XPCALL};
use crate::ops::ops::{Value, Vm};

/// Throws a value.
pub fn raise(vm: &mut Vm, value: Value) -> Thrown {
    raise_past(vm, value, 0)
}

/// As [`raise`], where the first frames protect nothing yet.
pub(super) fn raise_past(vm: &mut Vm, value: Value, frames: usize) -> Thrown {
    let value = match handler(vm, frames) {
        Some(handler) => handle(vm, handler, value),
        None => value,
    };
    vm.host.error = Some(value);
    vm.throw("")
}

/// Throws a message about the op that runs, which says where it is.
pub fn raise_text(vm: &mut Vm, message: impl AsRef<[u8]>) -> Thrown {
    raise_text_at(vm, 0, message)
}

/// Throws a message that says where the function at a level is: 0 is the one that runs, 1 the one that called it.
pub fn raise_text_at(vm: &mut Vm, level: usize, message: impl AsRef<[u8]>) -> Thrown {
    let mut text = place(vm, level);
    text.extend_from_slice(message.as_ref());
    let text = vm.host.heap.text(&text);
    raise(vm, text.into())
}

/// The handler of the innermost protected call, if that is an `xpcall`. The end of the program is not for handlers.
fn handler(vm: &Vm, past: usize) -> Option<Value> {
    if !vm.host.has_handlers || vm.host.exit.is_some() {
        return None;
    }
    let is_protected = |name: &str| name == PCALL || name == XPCALL;
    let frame = vm.frames().skip(past).find(|frame| is_protected(&frame.function.body().name))?;
    (frame.function.body().name == XPCALL).then(|| Value(frame.slots[1]))
}

fn handle(vm: &mut Vm, handler: Value, value: Value) -> Value {
    let value = ask_handler(vm, handler, value);
    vm.host.error_was_handled = true;
    value
}

/// What a handler makes of an error's value.
pub(super) fn ask_handler(vm: &mut Vm, handler: Value, value: Value) -> Value {
    if vm.host.handling.is_some() {
        return vm.host.heap.text(b"error in error handling").into();
    }
    vm.host.handling = Some(handler);
    let result = run(vm, handler, &[value]);
    vm.host.handling = None;
    match result {
        Ok(value) => value,
        Err(thrown) => {
            let trap = vm.catch(thrown);
            take_value(vm, &trap)
        }
    }
}

/// The value of an error that was taken.
pub(super) fn take_value(vm: &mut Vm, trap: &Trap) -> Value {
    match vm.host.error.take() {
        Some(value) => value,
        None => {
            // The machine found it. Functions are called after their chunk and their line.
            let chunk = trap.function.rsplit_once(':').map(|(chunk, _)| chunk);
            let text = match (chunk, trap.position) {
                (Some(chunk), Some(at)) => format!("{chunk}:{}: {}", at.line, trap.message),
                _ => trap.message.clone(),
            };
            vm.host.heap.text(text.as_bytes()).into()
        }
    }
}
