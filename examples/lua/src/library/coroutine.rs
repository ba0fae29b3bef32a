//! The table `coroutine`.

use mimeo::Thrown;

use super::{Functions, builtin, define_module};
use crate::heap::{Coroutine, CoroutineState, Gc};
use crate::ops::ops::{Value, Vm};
use crate::runtime::{self, Call, Resumed, clear_after_arguments, collect_garbage, place, raise, yield_values};

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
    match resume_with(call, coroutine, 1)? {
        Ok(()) => give(call, 0),
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
    Err(yield_values(call.vm, call.len()))
}

/// Number of arguments that need no allocation.
const FEW: u32 = 4;

/// Resumes a coroutine with the arguments from one on.
fn resume_with(call: &mut Call<'_>, coroutine: Gc<Coroutine>, from: u32) -> Result<Resumed, Thrown> {
    let count = call.len().saturating_sub(from);
    if count > FEW {
        let values = call.rest(from);
        return runtime::resume(call.vm, coroutine, &values);
    }
    let mut values = [Value::NIL; FEW as usize];
    for (index, value) in (from..).zip(&mut values[..count as usize]) {
        *value = call.get(index);
    }
    runtime::resume(call.vm, coroutine, &values[..count as usize])
}

/// Returns what the coroutine that was resumed has passed, from one value on: the first is true.
fn give(call: &mut Call<'_>, from: usize) -> Result<(), Thrown> {
    // A finaliser may resume another coroutine.
    let mut values = std::mem::take(&mut call.vm.host.transfer);
    let given = call.give_all(&values[from..]);
    values.clear();
    call.vm.host.transfer = values;
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
    match resume_with(call, coroutine, 0)? {
        Ok(()) => give(call, 1),
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
