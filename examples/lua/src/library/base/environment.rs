//! `getfenv` and `setfenv`: functions → their tables of globals.

use mimeo::Thrown;

use crate::heap::Gc;
use crate::ops::ops::{Table, Value, Vm};
use crate::runtime::{Call, frame_at};

pub(super) fn getfenv(call: &mut Call<'_>) -> Result<(), Thrown> {
    let function = match call.get(0) {
        function if function.is_function() => function,
        _ => function_at(call, 1)?,
    };
    let environment = environment_of(call.vm, function);
    call.give(environment.into())
}

pub(super) fn setfenv(call: &mut Call<'_>) -> Result<(), Thrown> {
    let environment = call.table(1)?;
    let function = match call.get(0) {
        function if function.is_function() => function,
        _ if call.integer(0)? == 0 => {
            call.vm.host.globals = environment;
            return call.give_all(&[]);
        }
        _ => function_at(call, 0)?,
    };
    let Some(closure) = function.to_closure() else {
        return Err(call.error("'setfenv' cannot change environment of given object"));
    };
    call.heap().set_environment(closure, environment);
    call.give(function)
}

/// Returns the function at the level of the first argument.
fn function_at(call: &mut Call<'_>, default: i64) -> Result<Value, Thrown> {
    let level = if call.has(0) || default == 0 { call.integer(0)? } else { default };
    let level = usize::try_from(level).ok();
    match level.and_then(|level| frame_at(call.vm, level)) {
        Some(frame) => Ok(frame.function),
        None => Err(call.argument_error(0, "invalid level")),
    }
}

/// Returns a function's table of globals.
pub(in super::super) fn environment_of(vm: &Vm, function: Value) -> Gc<Table> {
    function.to_closure().map_or(vm.host.globals, |closure| closure.environment())
}
