//! A function and arguments → its results, called from a runtime function: metamethods of ops, callbacks of builtins.

use mimeo::{After, Then, Thrown};

use super::error::raise;
use super::function::call_method;
use super::safepoint;
use crate::ops::ops::{Callee, Ops, Value, Vm};

/// Number of values, including the function itself, that need no allocation.
const FEW: usize = 6;

/// Calls a function, and returns its first result.
///
/// # Errors
///
/// If the function throws an error, which is pending then.
pub fn run(vm: &mut Vm, function: Value, args: &[Value]) -> Result<Value, Thrown> {
    if vm.host.heap.needs_attention() {
        // A builtin that makes many calls may make objects for each.
        safepoint_keeping(vm, function, args)?;
    }
    let (Some(callee), &[first, ref others @ ..]) = (function.callee(), args) else {
        return with_frame(vm, function, args, |vm, callee, frame| vm.run(callee, frame))?;
    };
    vm.context.arguments = args.len() as u32;
    // Most callbacks.
    match *others {
        [] => vm.run(callee, &[function, first]),
        [second] => vm.run(callee, &[function, first, second]),
        _ => with_frame(vm, function, args, |vm, callee, frame| vm.run(callee, frame))?,
    }
}

/// Runs a [`safepoint`] that keeps a function and its arguments.
#[cold]
fn safepoint_keeping(vm: &mut Vm, function: Value, args: &[Value]) -> Result<(), Thrown> {
    let before = vm.host.kept.len();
    vm.host.kept.push(function);
    vm.host.kept.extend_from_slice(args);
    let result = safepoint(vm);
    vm.host.kept.truncate(before);
    result
}

/// Requests a call on behalf of the running op: `then` gets the first result. The call does not nest, so that a
/// coroutine can yield in it. The caller must return the result of this function.
pub(super) fn request(vm: &mut Vm, function: Value, args: &[Value], then: Then<Ops>) -> Thrown {
    with_frame(vm, function, args, |vm, callee, frame| vm.request(callee, frame, then)).unwrap_or_else(|thrown| thrown)
}

/// Makes the function's result the result of the op.
pub(super) fn give(vm: &mut Vm, result: Value) -> After {
    vm.set_result(0, result);
    After::Next
}

/// Ignores the result.
pub(super) fn forget(_: &mut Vm, _: Value) -> After {
    After::Next
}

/// Calls `work` with a callee and its frame: the function, then its arguments.
#[inline]
fn with_frame<T>(
    vm: &mut Vm,
    function: Value,
    args: &[Value],
    work: impl FnOnce(&mut Vm, Callee, &[Value]) -> T,
) -> Result<T, Thrown> {
    let (callee, function, object) = callee_of(vm, function)?;
    let before = 1 + usize::from(object.is_some());
    let len = before + args.len();
    vm.context.arguments = len as u32 - 1;
    let (mut few, mut many) = ([Value::NIL; FEW], Vec::new());
    let frame = if let Some(frame) = few.get_mut(..len) {
        frame
    } else {
        many.resize(len, Value::NIL);
        &mut many[..]
    };
    frame[0] = function;
    if let Some(object) = object {
        frame[1] = object;
    }
    frame[before..].copy_from_slice(args);
    Ok(work(vm, callee, frame))
}

/// Calls a function, and returns all its results.
///
/// # Errors
///
/// The same as for [`run`].
pub fn run_all(vm: &mut Vm, function: Value, args: &[Value]) -> Result<Vec<Value>, Thrown> {
    run(vm, function, args)?;
    Ok(results(vm))
}

/// Returns the results of the last function that was run.
pub(super) fn results(vm: &Vm) -> Vec<Value> {
    let from = vm.frame_slots();
    (from..from + vm.context.results).map(|slot| vm.slot(slot)).collect()
}

/// Returns the code to call, the function for slot 0, and the value itself if it is called by its `__call`.
fn callee_of(vm: &mut Vm, value: Value) -> Result<(Callee, Value, Option<Value>), Thrown> {
    if let Some(callee) = value.callee() {
        return Ok((callee, value, None));
    }
    let Some(function) = call_method(vm, value) else {
        // No op of the program makes the call, so there is neither a name nor a position.
        let message = vm.host.heap.text(format!("attempt to call a {} value", value.type_name()).as_bytes());
        return Err(raise(vm, message.into()));
    };
    let callee = function.callee().expect("`call_method` returns functions only");
    Ok((callee, function, Some(value)))
}
