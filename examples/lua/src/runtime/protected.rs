//! Calls whose errors end there: `pcall`, `xpcall`, and calls by the host.

use mimeo::{Thrown, Trap};

use super::error::{raise_text_at, take_value};
use super::run::{results, run};
use super::upvalue::{close_behind_frame, close_from};
use crate::ops::ops::{Value, Vm};

/// Begins `pcall` and `xpcall`, whose first `parts` arguments must be there.
pub(crate) fn protect(vm: &mut Vm, parts: u32) -> Result<(), Thrown> {
    if vm.context.arguments < parts {
        let name = vm.slot(0).to_builtin().map_or("?", |builtin| builtin.name);
        return Err(raise_text_at(vm, 1, format!("bad argument #{parts} to '{name}' (value expected)")));
    }
    vm.host.has_handlers |= parts == 2;
    Ok(())
}

/// The value of the error that arrived in the running frame. If its handler has not seen it, it is what that makes of it.
pub(crate) fn caught(vm: &mut Vm, handler: Value) -> Value {
    let Some(trap) = vm.take_error() else { return Value::NIL };
    close_from(vm, 0);
    let value = take_value(vm, &trap);
    if std::mem::take(&mut vm.host.error_was_handled) || handler.is_nil() {
        return value;
    }
    match run(vm, handler, &[value]) {
        Ok(value) => value,
        Err(thrown) => {
            let trap = vm.catch(thrown);
            take_value(vm, &trap)
        }
    }
}

/// An error that ended a call by the host.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What was thrown.
    pub value: Value,
    /// Where.
    pub trap: Trap,
}

/// Calls a function; whatever it throws ends here.
///
/// # Errors
///
/// What it threw.
pub fn run_protected(vm: &mut Vm, function: Value, args: &[Value]) -> Result<Vec<Value>, Failure> {
    match run(vm, function, args) {
        Ok(_) => Ok(results(vm)),
        Err(thrown) => {
            let trap = vm.catch(thrown);
            close_behind_frame(vm);
            vm.host.error_was_handled = false;
            let value = take_value(vm, &trap);
            Err(Failure { value, trap })
        }
    }
}
