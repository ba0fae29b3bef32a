//! A value → the pending error, after the handler of an `xpcall` was called.

use std::fmt;

use mimeo::{Thrown, TrapKind};

use super::claim;
use super::concat::push_text;
use super::place::place;
use super::run::run;
use super::stubs::{PCALL, XPCALL};
use crate::ops::ops::{Trap, Value, Vm};

/// The message of the error without a position, as in LuaJIT.
const OUT_OF_MEMORY: &[u8] = b"not enough memory";

/// Shorter messages are made even if there is not enough memory.
const LONG: usize = 4096;

/// Throws "not enough memory".
pub fn out_of_memory(vm: &mut Vm) -> Thrown {
    let message = vm.host.heap.text(OUT_OF_MEMORY);
    raise(vm, message.into())
}

/// Returns `true` for the message of that error.
pub(super) fn is_out_of_memory(value: Value) -> bool {
    value.to_text().is_some_and(|text| text.bytes() == OUT_OF_MEMORY)
}

/// What a program throws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// An error.
    Value {
        /// The thrown value, or the handler's result.
        value: Value,
        /// Whether the handler of an `xpcall` was called for it.
        was_handled: bool,
    },
    /// The program has called `os.exit`.
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

/// Throws like [`raise`], but ignores the innermost `frames`, which do not protect anything yet.
pub(super) fn raise_past(vm: &mut Vm, value: Value, frames: usize) -> Thrown {
    let error = match handler(vm, frames) {
        Some(handler) => match call_handler(vm, handler, value) {
            Ok(value) => Error::Value { value, was_handled: true },
            Err(stop) => return stop,
        },
        None => Error::Value { value, was_handled: false },
    };
    vm.throw(error)
}

/// Throws a message that starts with the position of the running op.
pub fn raise_text(vm: &mut Vm, message: impl AsRef<[u8]>) -> Thrown {
    raise_text_at(vm, 0, message)
}

/// Throws a message that starts with the position of the function at a level: 0 is the running one, 1 its caller.
pub fn raise_text_at(vm: &mut Vm, level: usize, message: impl AsRef<[u8]>) -> Thrown {
    let mut text = place(vm, level);
    text.extend_from_slice(message.as_ref());
    if text.len() > LONG
        && let Err(thrown) = claim(vm, text.len())
    {
        return thrown;
    }
    let text = vm.host.heap.text(&text);
    raise(vm, text.into())
}

/// Returns the handler of the innermost protected call, if that is an `xpcall`. Handlers are not called for `os.exit`.
pub(super) fn handler(vm: &Vm, past: usize) -> Option<Value> {
    if !vm.host.has_handlers || vm.host.exit.is_some() {
        return None;
    }
    let frame = vm.frames().skip(past).find(|frame| is_protected(&frame.function.body().name))?;
    (frame.function.body().name == XPCALL).then(|| Value(frame.slots[0]))
}

/// Returns `true` for the name of the code that catches errors.
pub(super) fn is_protected(name: &str) -> bool {
    name == PCALL || name == XPCALL
}

/// Calls a handler for the value of an error. Returns its result.
///
/// # Errors
///
/// If the host stopped the program in the handler.
pub(super) fn call_handler(vm: &mut Vm, handler: Value, value: Value) -> Result<Value, Thrown> {
    if vm.host.handling.is_some() {
        return Ok(vm.host.heap.text(b"error in error handling").into());
    }
    vm.host.handling = Some(handler);
    let result = run(vm, handler, &[value]);
    vm.host.handling = None;
    match result {
        Ok(value) => Ok(value),
        Err(thrown) => {
            let trap = catch(vm, thrown)?;
            Ok(value_of(vm, &trap))
        }
    }
}

/// Catches an error.
///
/// # Errors
///
/// If the host stopped the program, which Lua code cannot catch.
pub(super) fn catch(vm: &mut Vm, thrown: Thrown) -> Result<Trap, Thrown> {
    let trap = vm.catch(thrown);
    if trap.kind.is_stop() { Err(vm.throw_again(trap)) } else { Ok(trap) }
}

/// Returns the value of a caught error.
pub fn value_of(vm: &mut Vm, trap: &Trap) -> Value {
    let message = match &trap.kind {
        TrapKind::Language(Error::Value { value, .. }) => return *value,
        // To a program both are the same error.
        TrapKind::Nesting => "stack overflow".to_owned(),
        TrapKind::OutOfMemory => return vm.host.heap.text(OUT_OF_MEMORY).into(),
        // As standard Lua's command says it.
        TrapKind::Interrupted => "interrupted!".to_owned(),
        other => other.to_string(),
    };
    // A stop that arrives when a builtin is called has the position of the caller.
    let is_stop = trap.kind.is_stop();
    let site = trap.backtrace.frames.iter().find(|site| !is_stop || site.position.is_some());
    // Functions are named after their chunk and their line.
    let chunk = site.and_then(|site| site.function.rsplit_once(':')).map(|(chunk, _)| chunk);
    let text = match (chunk, site.and_then(|site| site.position)) {
        (Some(chunk), Some(at)) => format!("{chunk}:{}: {message}", at.line),
        _ => message,
    };
    vm.host.heap.text(text.as_bytes()).into()
}
