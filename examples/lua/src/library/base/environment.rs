//! `getfenv` and `setfenv`: functions → their tables of globals.

use mimeo::Thrown;

use crate::heap::Gc;
use crate::library::weak_table;
use crate::ops::ops::{Table, Value, Vm};
use crate::runtime::{Call, frame_at, globals_of, running, set_globals_of};

pub(super) fn getfenv(call: &mut Call<'_>) -> Result<(), Thrown> {
    let function = match call.get(0) {
        function if function.is_function() => function,
        level if !level.is_nil() && call.int32(0)? == 0 => {
            let globals = call.vm.host.globals;
            return call.give(globals.into());
        }
        _ => function_at(call, 1)?,
    };
    // Builtins have those of the program that calls them.
    let environment = function.to_closure().map_or(call.vm.host.globals, |closure| closure.environment());
    call.give(environment.into())
}

pub(super) fn setfenv(call: &mut Call<'_>) -> Result<(), Thrown> {
    let environment = call.table(1)?;
    let function = match call.get(0) {
        function if function.is_function() => function,
        _ if call.int32(0)? == 0 => {
            let coroutine = running(call.vm);
            set_globals_of(call.vm, coroutine, environment);
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
fn function_at(call: &mut Call<'_>, default: i32) -> Result<Value, Thrown> {
    let level = if call.has(0) || default == 0 { call.int32(0)? } else { default };
    let level = usize::try_from(level).ok();
    match level.and_then(|level| frame_at(call.vm, level)) {
        Some(frame) => Ok(frame.function),
        None => Err(call.argument_error(0, "invalid level")),
    }
}

/// Returns the table of globals of a function or a coroutine, or the environment of a userdata.
pub(in super::super) fn environment_of(vm: &mut Vm, value: Value) -> Gc<Table> {
    if let Some(closure) = value.to_closure() {
        return closure.environment();
    }
    if let Some(coroutine) = value.to_coroutine() {
        return globals_of(vm, Some(coroutine));
    }
    let own = environments(vm).get(value).to_table();
    own.unwrap_or(vm.host.first_globals)
}

/// Sets the table of globals of a function or a coroutine, or the environment of a userdata. Returns `false` for other
/// values.
pub(in super::super) fn set_environment_of(vm: &mut Vm, value: Value, environment: Gc<Table>) -> bool {
    if let Some(closure) = value.to_closure() {
        vm.host.heap.set_environment(closure, environment);
    } else if let Some(coroutine) = value.to_coroutine() {
        set_globals_of(vm, Some(coroutine), environment);
    } else if value.is_builtin() || value.is_userdata() {
        let environments = environments(vm);
        vm.host.heap.set(environments, value, environment.into()).expect("the key is neither nil nor NaN");
    } else {
        return false;
    }
    true
}

/// Returns the table of the environments that builtins and userdata were given. Its keys are weak.
fn environments(vm: &mut Vm) -> Gc<Table> {
    weak_table(vm, "_ENVIRONMENTS", "k")
}
