//! An error that is about to leave functions → the handler of its `xpcall`, and what a coroutine keeps of its functions.

use mimeo::{Thrown, TrapKind};

use super::coroutine;
use super::error::{Error, call_handler, handler, is_protected};
use super::place::{Frame, frames, name_of_callee, place};
use crate::heap::{LeftFunction, LeftLocal, LocalName};
use crate::ops::ops::{Value, Vm};

/// The number of functions that a coroutine keeps, from both ends.
const KEPT: usize = 32;

/// Handles an error while the functions that it leaves are still active: see [`Vm::set_before_unwinding`].
///
/// # Errors
///
/// If the host stopped the program in the handler.
pub(crate) fn before_unwinding(vm: &mut Vm, kind: &TrapKind<Error>) -> Result<Option<Error>, Thrown> {
    if let TrapKind::Language(Error::Exit) = kind {
        return Ok(None);
    }
    let thrown = if let TrapKind::Language(Error::Value { value, .. }) = kind { *value } else { Value::NIL };
    let kept = vm.host.kept.len();
    vm.host.kept.push(thrown);
    let replaced = handle(vm, kind);
    keep_functions(vm);
    vm.host.kept.truncate(kept);
    replaced
}

/// Calls the handler for an error of the machine. Errors of the program have called theirs when they were raised.
fn handle(vm: &mut Vm, kind: &TrapKind<Error>) -> Result<Option<Error>, Thrown> {
    let message = match kind {
        TrapKind::StackOverflow | TrapKind::Nesting => "stack overflow",
        _ => return Ok(None),
    };
    let Some(handler) = handler(vm, 0) else { return Ok(None) };
    let text = [&place(vm, 0), message.as_bytes()].concat();
    let value = vm.host.heap.text(&text).into();
    let value = call_handler(vm, handler, value)?;
    Ok(Some(Error::Value { value, was_handled: true }))
}

/// Keeps what is known about the functions of the running coroutine if the error ends it.
fn keep_functions(vm: &mut Vm) {
    let Some(coroutine) = coroutine::running(vm) else { return };
    if vm.frames().any(|frame| is_protected(&frame.function.body().name)) {
        return;
    }
    let frames: Vec<Frame<'_>> = frames(vm).collect();
    let is_kept = |index: &usize| *index < KEPT || *index + KEPT >= frames.len();
    let left = (0..frames.len()).filter(is_kept).map(|index| {
        let frame = &frames[index];
        let name = frames.get(index + 1).and_then(|caller| name_of_callee(vm, caller, frame.function));
        let locals = (0..).map_while(|number| frame.local(number));
        let locals = locals.filter_map(|(name, _, value)| match (name, frame.closure()) {
            (LocalName::Constant(name), Some(closure)) => {
                let name = closure.prototype().chunk().parts().constants[name as usize];
                Some(LeftLocal { name, value })
            }
            _ => None,
        });
        LeftFunction { function: frame.function, line: frame.line, name, locals: locals.collect() }
    });
    let left: Box<[LeftFunction]> = left.collect();
    vm.host.heap.set_left(coroutine, Some(left));
}
