//! The table `debug`: introspection.

mod info;
mod level;
mod prompt;
mod traceback;
mod variable;

use mimeo::Thrown;

use super::base::{environment_of, set_environment_of};
use super::{Functions, define_module};
use crate::heap::{Coroutine, Gc, Hook};
use crate::ops::ops::{Value, Vm};
use crate::runtime::{Call, PlainKind, hook_of, metatable_of, running, set_hook};

pub(super) use traceback::traceback;

const FUNCTIONS: Functions = &[
    ("debug", prompt::debug),
    ("getfenv", getfenv),
    ("gethook", gethook),
    ("getinfo", info::getinfo),
    ("getlocal", variable::getlocal),
    ("getmetatable", getmetatable),
    ("getregistry", getregistry),
    ("getupvalue", variable::getupvalue),
    ("setfenv", setfenv),
    ("sethook", sethook),
    ("setlocal", variable::setlocal),
    ("setmetatable", setmetatable),
    ("setupvalue", variable::setupvalue),
    ("traceback", traceback),
    ("upvalueid", variable::upvalueid),
    ("upvaluejoin", variable::upvaluejoin),
];

pub(super) fn open(vm: &mut Vm) {
    define_module(vm, "debug", FUNCTIONS);
}

/// Returns the coroutine that is the first argument, if one is, and the index of the next argument. `None` stands for
/// the running stack.
fn stack_of(call: &Call<'_>) -> (Option<Gc<Coroutine>>, u32) {
    match call.get(0).to_coroutine() {
        Some(coroutine) if running(call.vm) == Some(coroutine) => (None, 1),
        Some(coroutine) => (Some(coroutine), 1),
        None => (None, 0),
    }
}

fn getfenv(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = call.any(0)?;
    let environment = match value.is_function() || value.is_thread() || value.is_userdata() {
        true => environment_of(call.vm, value).into(),
        false => Value::NIL,
    };
    call.give(environment)
}

fn setfenv(call: &mut Call<'_>) -> Result<(), Thrown> {
    let environment = call.table(1)?;
    let value = call.get(0);
    if !set_environment_of(call.vm, value, environment) {
        return Err(call.error("'setfenv' cannot change environment of given object"));
    }
    call.give(value)
}

fn getmetatable(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = call.any(0)?;
    let metatable = metatable_of(call.vm, value).map_or(Value::NIL, Value::from);
    call.give(metatable)
}

fn setmetatable(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (value, metatable) = (call.get(0), call.get(1));
    if call.len() < 2 || !(metatable.is_nil() || metatable.is_table()) {
        return Err(call.argument_error(1, "nil or table expected"));
    }
    let metatable = metatable.to_table();
    if let Some(table) = value.to_table() {
        call.heap().set_metatable(table, metatable);
    } else if let Some(userdata) = value.to_userdata() {
        call.heap().set_userdata_metatable(userdata, metatable);
    } else if value.is_text() {
        call.vm.host.text_metatable = metatable;
        call.heap().text_metatable_changed();
    } else {
        call.vm.host.kind_metatables[PlainKind::of(value) as usize] = metatable;
    }
    call.give(Value::TRUE)
}

fn getregistry(call: &mut Call<'_>) -> Result<(), Thrown> {
    let registry = call.vm.host.registry;
    call.give(registry.into())
}

/// Sets the hook of the running coroutine or another one, or removes it.
fn sethook(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (coroutine, first) = stack_of(call);
    let mut hook = Hook::NONE;
    if !call.get(first).is_nil() {
        let events = call.string(first + 1)?;
        let has = |event| events.bytes().contains(&event);
        (hook.at_calls, hook.at_returns, hook.at_lines) = (has(b'c'), has(b'r'), has(b'l'));
        hook.function = call.function(first)?;
        let count = call.integer_or(first + 2, 0)?;
        hook.count = u32::try_from(count.clamp(0, i64::from(i32::MAX))).unwrap_or(0);
        hook.left = hook.count;
    }
    if hook.steps() && call.vm.host.embedding.debugger.is_some() {
        return Err(call.error("only a hook with a count can be set while a debugger is attached"));
    }
    set_hook(call.vm, coroutine, hook);
    call.give_all(&[])
}

/// Returns the hook, its events and its count.
fn gethook(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (coroutine, _) = stack_of(call);
    let hook = hook_of(call.vm, coroutine);
    let events = [(hook.at_calls, "c"), (hook.at_returns, "r"), (hook.at_lines, "l")];
    let events: String = events.into_iter().filter(|(is_set, _)| *is_set).map(|(_, event)| event).collect();
    let results = [hook.function, call.text(events), Value::number(f64::from(hook.count))];
    call.give_all(&results)
}
