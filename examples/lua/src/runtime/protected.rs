//! Calls whose errors end there: `pcall`, `xpcall`, and calls by the host.

use mimeo::{Thrown, Trap};

use super::error::{ask_handler, raise_text_at, take_value};
use super::place::{frame_at, name_of_callee};
use super::run::{results, run};
use super::upvalue::{close_behind_frame, close_from};
use crate::ops::ops::{Value, Vm};

/// Begins `pcall` and `xpcall`, whose first `parts` arguments must be there.
pub(crate) fn protect(vm: &mut Vm, parts: u32) -> Result<(), Thrown> {
    let what = match (vm.context.arguments, parts) {
        (0, _) => "#1 to '{}' (value expected)".to_owned(),
        (1, 2) => "#2 to '{}' (function expected, got no value)".to_owned(),
        (_, 2) if !vm.slot(2).is_function() => {
            format!("#2 to '{{}}' (function expected, got {})", vm.slot(2).type_name())
        }
        _ => {
            vm.host.has_handlers |= parts == 2;
            return Ok(());
        }
    };
    let name = frame_at(vm, 1).and_then(|caller| name_of_callee(vm, &caller, vm.slot(0)));
    let name = name.map_or_else(|| "?".to_owned(), |(_, name)| name);
    Err(raise_text_at(vm, 1, format!("bad argument {}", what.replace("{}", &name))))
}

/// The value of the error that arrived in the running frame. If its handler has not seen it, it is what that makes of it.
pub(crate) fn caught(vm: &mut Vm, handler: Value) -> Value {
    let Some(trap) = vm.take_error() else { return Value::NIL };
    close_from(vm, 0);
    let value = take_value(vm, &trap);
    if std::mem::take(&mut vm.host.error_was_handled) || handler.is_nil() {
        return value;
    }
    let value = ask_handler(vm, handler, value);
    vm.host.error_was_handled = false;
    value
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
