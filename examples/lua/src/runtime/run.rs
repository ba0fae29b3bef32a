//! A function and arguments → its results, from within a runtime function: metamethods of ops, callbacks of builtins.

use mimeo::{After, Then, Thrown};

use super::function::callable_value;
use crate::ops::ops::{Callee, Ops, Value, Vm};

/// Arguments that need no allocation, the function itself counted.
const FEW: usize = 6;

/// Calls a function, and returns its first result.
///
/// # Errors
///
/// The error that it threw, which is pending.
pub fn run(vm: &mut Vm, function: Value, args: &[Value]) -> Result<Value, Thrown> {
    let (callee, frame) = frame_of(vm, function, args)?;
    vm.run(callee, frame.values())
}

/// Has the run go on with a function, on behalf of the running op: `then` gets its first result. That nests nothing, and
/// a coroutine can yield in it. What this returns is to be handed on.
pub(super) fn request(vm: &mut Vm, function: Value, args: &[Value], then: Then<Ops>) -> Thrown {
    match frame_of(vm, function, args) {
        Ok((callee, frame)) => vm.request(callee, frame.values(), then),
        Err(thrown) => thrown,
    }
}

/// The result of the function is that of the op.
pub(super) fn give(vm: &mut Vm, result: Value) -> After {
    vm.set_result(0, result);
    After::Next
}

/// The op has no result.
pub(super) fn forget(_: &mut Vm, _: Value) -> After {
    After::Next
}

/// A function with its arguments, as they lie in its frame.
enum CallFrame {
    Few([Value; FEW], usize),
    Many(Vec<Value>),
}

impl CallFrame {
    fn values(&self) -> &[Value] {
        match self {
            CallFrame::Few(values, len) => &values[..*len],
            CallFrame::Many(values) => values,
        }
    }
}

fn frame_of(vm: &mut Vm, function: Value, args: &[Value]) -> Result<(Callee, CallFrame), Thrown> {
    let (callee, function, object) = callee_of(vm, function)?;
    let len = args.len() + 1 + usize::from(object.is_some());
    vm.context.arguments = len as u32 - 1;
    let values = [function].into_iter().chain(object).chain(args.iter().copied());
    if len > FEW {
        return Ok((callee, CallFrame::Many(values.collect())));
    }
    let mut few = [Value::NIL; FEW];
    for (place, value) in few.iter_mut().zip(values) {
        *place = value;
    }
    Ok((callee, CallFrame::Few(few, len)))
}

/// Calls a function, and returns all its results.
///
/// # Errors
///
/// As [`run`].
pub fn run_all(vm: &mut Vm, function: Value, args: &[Value]) -> Result<Vec<Value>, Thrown> {
    run(vm, function, args)?;
    Ok(results(vm))
}

/// What the function that was run last has returned.
pub(super) fn results(vm: &Vm) -> Vec<Value> {
    let from = vm.frame_slots();
    (from..from + vm.context.results).map(|slot| vm.slot(slot)).collect()
}

/// The code of a value that is called, the function that goes into slot 0, and the value itself if that is another.
fn callee_of(vm: &mut Vm, value: Value) -> Result<(Callee, Value, Option<Value>), Thrown> {
    if let Some(callee) = value.callee() {
        return Ok((callee, value, None));
    }
    let function = callable_value(vm, value)?;
    let callee = function.callee().expect("`callable_value` returns functions only");
    Ok((callee, function, Some(value)))
}
