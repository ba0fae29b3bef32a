//! `collectgarbage`: the collector's options → what it does.

use mimeo::Thrown;

use crate::ops::ops::Value;
use crate::runtime::{Call, clear_after_arguments, collect_as_requested, step_by};

pub(super) fn collectgarbage(call: &mut Call<'_>) -> Result<(), Thrown> {
    const OPTIONS: [&str; 8] = ["stop", "restart", "collect", "count", "step", "setpause", "setstepmul", "isrunning"];
    let option = call.option(0, Some("collect"), &OPTIONS)?;
    let number = u32::try_from(call.integer_or(1, 0)?.max(0)).unwrap_or(u32::MAX);
    // A cycle is not interrupted, and costs no fuel, because it depends on more than the program.
    call.vm.check_interrupt()?;
    let arguments = call.len();
    clear_after_arguments(call.vm, arguments);
    let mut result = Value::number(0.0);
    match OPTIONS[option] {
        "stop" => call.heap().stop(),
        "restart" => call.heap().restart(),
        "count" => result = Value::number(call.heap().count()),
        "step" => {
            result = Value::boolean(step_by(call.vm, number)?);
            // As in Lua, a step also ends the effect of `stop`.
            call.heap().restart_after_step();
        }
        "setpause" => result = Value::number(f64::from(call.heap().set_pause(number))),
        "setstepmul" => result = Value::number(f64::from(call.heap().set_step_multiplier(number))),
        "isrunning" => result = Value::boolean(!call.heap().is_stopped()),
        _ => collect_as_requested(call.vm)?,
    }
    call.give(result)
}

pub(super) fn gcinfo(call: &mut Call<'_>) -> Result<(), Thrown> {
    let kilobytes = call.heap().count().floor();
    call.give(Value::number(kilobytes))
}
