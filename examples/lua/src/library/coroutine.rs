//! The table `coroutine`.

use mimeo::Thrown;

use super::{Functions, builtin, define_module};
use crate::heap::{Coroutine, CoroutineState, Gc};
use crate::ops::ops::{Value, Vm};
use crate::runtime::{self, Call, clear_after_arguments, collect_garbage, place, raise, yield_values};

const FUNCTIONS: Functions = &[
    ("create", create),
    ("isyieldable", is_yieldable),
    ("resume", resume),
    ("running", running),
    ("status", status),
    ("wrap", wrap),
    ("yield", yields),
];

pub(super) fn open(vm: &mut Vm) {
    define_module(vm, "coroutine", FUNCTIONS);
}

fn check(call: &mut Call<'_>, index: u32) -> Result<Gc<Coroutine>, Thrown> {
    match call.get(index).to_coroutine() {
        Some(coroutine) => Ok(coroutine),
        None => Err(call.argument_error(index, "coroutine expected")),
    }
}

fn create(call: &mut Call<'_>) -> Result<(), Thrown> {
    let function = call.function(0)?;
    let coroutine = runtime::create_coroutine(call.vm, function);
    call.give(coroutine.into())
}

fn resume(call: &mut Call<'_>) -> Result<(), Thrown> {
    let coroutine = check(call, 0)?;
    check_start(call, coroutine)?;
    let values = call.rest(1);
    match runtime::resume(call.vm, coroutine, &values)? {
        Ok(mut values) => {
            values.insert(0, Value::TRUE);
            give(call, values)
        }
        Err(value) => call.give_all(&[Value::FALSE, value]),
    }
}

/// Checks that a coroutine that was not started yet may start.
fn check_start(call: &mut Call<'_>, coroutine: Gc<Coroutine>) -> Result<(), Thrown> {
    let Some(limit) = call.vm.host.bounds.coroutines else { return Ok(()) };
    let is_refused = |call: &Call<'_>| call.vm.host.fibers.len() >= limit as usize;
    if coroutine.state != CoroutineState::Suspended || coroutine.fiber().is_some() || !is_refused(call) {
        return Ok(());
    }
    // Unreachable coroutines count until they are collected.
    let arguments = call.len();
    clear_after_arguments(call.vm, arguments);
    call.vm.check_interrupt()?;
    collect_garbage(call.vm);
    if is_refused(call) { Err(call.error(format!("more than {limit} coroutines"))) } else { Ok(()) }
}

fn yields(call: &mut Call<'_>) -> Result<(), Thrown> {
    let mut values = std::mem::take(&mut call.vm.host.spare_values);
    values.extend((0..call.len()).map(|index| call.get(index)));
    Err(yield_values(call.vm, values))
}

/// Returns the values, and keeps their vector for the next yield.
fn give(call: &mut Call<'_>, mut values: Vec<Value>) -> Result<(), Thrown> {
    let given = call.give_all(&values);
    values.clear();
    call.vm.host.spare_values = values;
    given
}

fn status(call: &mut Call<'_>) -> Result<(), Thrown> {
    let coroutine = check(call, 0)?;
    let name = match coroutine.state {
        CoroutineState::Suspended => "suspended",
        CoroutineState::Running => "running",
        CoroutineState::Normal => "normal",
        CoroutineState::Dead => "dead",
    };
    let name = call.text(name);
    call.give(name)
}

fn running(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = runtime::running(call.vm).map_or(Value::NIL, Value::from);
    call.give(value)
}

fn is_yieldable(call: &mut Call<'_>) -> Result<(), Thrown> {
    let can = call.vm.can_suspend();
    call.give(Value::boolean(can))
}

fn wrap(call: &mut Call<'_>) -> Result<(), Thrown> {
    let function = call.function(0)?;
    let coroutine = runtime::create_coroutine(call.vm, function);
    let wrapped = builtin(call.vm, "wrap", resume_wrapped, &[coroutine.into()]);
    call.give(wrapped)
}

/// The function that `wrap` returns.
fn resume_wrapped(call: &mut Call<'_>) -> Result<(), Thrown> {
    let coroutine = call.builtin().captured()[0].to_coroutine().expect("`wrap` captures it");
    check_start(call, coroutine)?;
    let values = call.rest(0);
    match runtime::resume(call.vm, coroutine, &values)? {
        Ok(values) => give(call, values),
        Err(value) => {
            // The message starts with the position where the coroutine was resumed.
            let value = match value.to_text() {
                Some(text) => {
                    let mut message = place(call.vm, 1);
                    message.extend_from_slice(text.bytes());
                    call.long_text(&message)?
                }
                None => value,
            };
            Err(raise(call.vm, value))
        }
    }
}
