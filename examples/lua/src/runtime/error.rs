//! A value → the pending error, once the handler of an `xpcall` has seen it.

use std::fmt;

use mimeo::{Thrown, TrapKind};

use super::concat::push_text;
use super::place::place;
use super::run::run;
use super::stubs::{PCALL, XPCALL};
use crate::ops::ops::{Trap, Value, Vm};

/// What a program throws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// An error.
    Value {
        /// What was thrown, or what a handler has made of it.
        value: Value,
        /// Whether the handler of an `xpcall` has seen it.
        was_handled: bool,
    },
    /// The end of the program: `os.exit` was called.
    Exit,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Value { value, .. } => {
                let mut text = Vec::new();
                if push_text(&mut text, *value) {
                    f.write_str(&String::from_utf8_lossy(&text))
                } else {
                    write!(f, "(error object is a {} value)", value.type_name())
                }
            }
            Error::Exit => f.write_str("the program has ended"),
        }
    }
}

/// Throws a value.
pub fn raise(vm: &mut Vm, value: Value) -> Thrown {
    raise_past(vm, value, 0)
}

/// As [`raise`], where the first frames protect nothing yet.
pub(super) fn raise_past(vm: &mut Vm, value: Value, frames: usize) -> Thrown {
    let error = match handler(vm, frames) {
        Some(handler) => Error::Value { value: ask_handler(vm, handler, value), was_handled: true },
        None => Error::Value { value, was_handled: false },
    };
    vm.throw(error)
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
            value_of(vm, &trap)
        }
    }
}

/// The value of an error that was taken.
pub(super) fn value_of(vm: &mut Vm, trap: &Trap) -> Value {
    let message = match &trap.kind {
        TrapKind::Language(Error::Value { value, .. }) => return *value,
        // To a program both are the same: it is too deep.
        TrapKind::Nesting => "stack overflow".to_owned(),
        other => other.to_string(),
    };
    let site = trap.backtrace.frames.first();
    // Functions are called after their chunk and their line.
    let chunk = site.and_then(|site| site.function.rsplit_once(':')).map(|(chunk, _)| chunk);
    let text = match (chunk, trap.position()) {
        (Some(chunk), Some(at)) => format!("{chunk}:{}: {message}", at.line),
        _ => message,
    };
    vm.host.heap.text(text.as_bytes()).into()
}
