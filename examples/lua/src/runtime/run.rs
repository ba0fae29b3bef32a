//! A function and arguments → its results, from within a runtime function: metamethods, callbacks.

use mimeo::{Callee, Thrown};

use super::function::callable_value;
use crate::ops::ops::{Value, Vm};

/// Arguments that need no allocation, the function itself counted.
const FEW: usize = 6;

/// Calls a function, and returns its first result.
///
/// # Errors
///
/// The error that it threw, which is pending.
pub fn run(vm: &mut Vm, function: Value, args: &[Value]) -> Result<Value, Thrown> {
    let (callee, function, is_object) = callee_of(vm, function)?;
    let mut few = [Value::NIL; FEW];
    let len = args.len() + 1 + usize::from(is_object.is_some());
    vm.context.arguments = len as u32 - 1;
    if len > FEW {
        let all: Vec<Value> = [function].into_iter().chain(is_object).chain(args.iter().copied()).collect();
        return vm.run(callee, &all);
    }
    few[0] = function;
    let mut at = 1;
    if let Some(object) = is_object {
        few[at] = object;
        at += 1;
    }
    few[at..len].copy_from_slice(args);
    vm.run(callee, &few[..len])
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
