//! Calls as the ops make them: the function, the number of arguments, and the slots of `...` and of results.

use mimeo::{Thrown, Window};

use super::builtin::WORK_PER_VALUE;
use super::index::metatable_of;
use super::place::operand_name;
use super::{claim_keeping, error, pay, safepoint};
use crate::heap::Event;
use crate::ops::ops::{Callee, Table, Value, Vm};

/// Maximal number of slots after a window's first for an unknown number of values.
const MAX_VALUES: u32 = 64_000;

/// Sets [`Context::arguments`](crate::ops::ops::Context::arguments), and returns the code to call. The first value of
/// `args` is the function; another value becomes the first argument of its `__call`.
pub(crate) fn callable(vm: &mut Vm, function: Value, args: Window, arguments: u32) -> Result<Callee, Thrown> {
    if let Some(callee) = function.callee() {
        vm.context.arguments = arguments;
        return Ok(callee);
    }
    let Some(method) = call_method(vm, function) else {
        let what = operand_name(vm, 0, function);
        return Err(error::raise_text(vm, format!("attempt to call {what}")));
    };
    vm.context.arguments = arguments;
    check_room(vm, args.start(), arguments + 2, &[])?;
    vm.copy_slots(args.start(), args.start() + 1, arguments + 1);
    vm.set_slot(args.start(), method);
    vm.context.arguments = arguments + 1;
    Ok(method.callee().expect("`call_method` returns functions only"))
}

/// Returns the `__call` metamethod of a value that is not a function, if it has one that is a function.
pub(super) fn call_method(vm: &mut Vm, value: Value) -> Option<Value> {
    let metatable = metatable_of(vm, value)?;
    Some(vm.host.heap.metamethod(metatable, Event::Call)).filter(|method| method.is_function())
}

/// Makes sure that there are `count` slots from `start` on, if necessary by a full cycle of the collector, which keeps
/// these values.
#[inline]
fn check_room(vm: &mut Vm, start: u32, count: u32, values: &[Value]) -> Result<(), Thrown> {
    let is_in_frame = count <= MAX_VALUES && start + count <= vm.frame_slots();
    if is_in_frame { Ok(()) } else { make_room(vm, start, count, values) }
}

fn make_room(vm: &mut Vm, start: u32, count: u32, values: &[Value]) -> Result<(), Thrown> {
    if count > MAX_VALUES || start + count >= vm.room() {
        return Err(error::raise_text(vm, "stack overflow"));
    }
    let kept = vm.host.kept.len();
    vm.host.kept.extend_from_slice(values);
    let result = vm.ensure_slots(start + count);
    vm.host.kept.truncate(kept);
    result
}

pub(crate) fn fill_parameters(vm: &mut Vm, parameters: Window) {
    fill_with_nil(vm, parameters, vm.context.arguments);
}

/// Returns a table of the arguments after the parameters, or nil if there are none.
pub(crate) fn collect_arguments(vm: &mut Vm, parameters: Window) -> Result<Value, Thrown> {
    let (arguments, taken) = (vm.context.arguments, parameters.len() as u32);
    if arguments <= taken {
        fill_parameters(vm, parameters);
        return Ok(Value::NIL);
    }
    claim_keeping(vm, Table::size_for(arguments - taken, 0), parameters, arguments)?;
    let rest = vm.host.heap.new_table(arguments - taken, 0, 0);
    for index in 1..=arguments - taken {
        let value = vm.slot(parameters.start() + taken + index - 1);
        vm.host.heap.set_index(rest, index, value);
    }
    // The arguments may be above the frame, where the collector clears slots.
    vm.host.kept.push(rest.into());
    let result = safepoint(vm);
    vm.host.kept.pop();
    result.map(|()| rest.into())
}

pub(crate) fn copy_rest(vm: &mut Vm, rest: Value, to: Window) {
    let rest = rest.to_table();
    for index in 0..to.len() as u32 {
        let value = rest.map_or(Value::NIL, |rest| rest.get_index(index + 1));
        vm.set_slot(to.start() + index, value);
    }
}

pub(crate) fn copy_whole_rest(vm: &mut Vm, rest: Value, to: Window) -> Result<(), Thrown> {
    let Some(rest) = rest.to_table() else {
        vm.set_slot(to.start(), Value::NIL);
        vm.context.results = 0;
        return Ok(());
    };
    check_room(vm, to.start(), rest.array_len, &[])?;
    pay(vm, rest.array_len as usize * WORK_PER_VALUE)?;
    for index in 0..rest.array_len {
        vm.set_slot(to.start() + index, rest.get_index(index + 1));
    }
    vm.context.results = rest.array_len;
    Ok(())
}

pub(crate) fn fill_results(vm: &mut Vm, results: Window) {
    fill_with_nil(vm, results, vm.context.results);
}

/// Fills a window with nil after its first `given` values.
fn fill_with_nil(vm: &mut Vm, window: Window, given: u32) {
    if let Some(missing) = (window.len() as u32).checked_sub(given) {
        vm.fill_slots(window.start() + given, missing, Value::NIL);
    }
}

/// Returns a text of the chunk of a closure.
pub(crate) fn text_of_chunk(_: &mut Vm, function: Value, index: u32) -> Value {
    let closure = function.to_closure().expect("slot 0 is the running closure");
    let text = closure.prototype().chunk().parts().constants.get(index as usize).copied();
    text.expect("the generator names texts that the chunk has")
}

/// Moves values to slot 0 and the following ones.
pub(crate) fn move_down(vm: &mut Vm, values: Window, count: u32) {
    // The results of many nested protected calls are in place.
    if values.start() > 0 {
        vm.copy_slots(values.start(), 0, count);
    }
}

/// Puts values into the running builtin's frame as its results.
///
/// # Errors
///
/// If there are too many for the stack.
pub(crate) fn adjust_to(vm: &mut Vm, values: &[Value]) -> Result<(), Thrown> {
    check_room(vm, 0, values.len() as u32, values)?;
    pay(vm, values.len() * WORK_PER_VALUE)?;
    vm.set_slot(0, Value::NIL);
    vm.set_slots(0, values);
    vm.context.results = values.len() as u32;
    Ok(())
}
