//! The global functions.

mod collector;
mod environment;
mod iterate;
mod load;
mod proxy;
mod text;

use mimeo::Thrown;

use super::{Functions, Libraries, Library, define, define_with, loaded_modules, set};
use crate::heap::Event;
use crate::ops::ops::{Callee, Value, Vm};
use crate::runtime::{Call, are_same, metatable_of, place, push_text, raise};

pub(super) use environment::{environment_of, set_environment_of};
pub(super) use load::load_file;
pub(super) use text::{number_of, push_plain, to_text};

const FUNCTIONS: Functions = &[
    ("assert", assert),
    ("collectgarbage", collector::collectgarbage),
    ("error", error),
    ("gcinfo", collector::gcinfo),
    ("getfenv", environment::getfenv),
    ("getmetatable", getmetatable),
    ("newproxy", proxy::newproxy),
    ("next", iterate::next),
    ("print", text::print),
    ("rawequal", rawequal),
    ("rawget", rawget),
    ("rawset", rawset),
    ("select", iterate::select),
    ("setfenv", environment::setfenv),
    ("setmetatable", setmetatable),
    ("tonumber", text::tonumber),
    ("tostring", text::tostring),
    ("type", text::type_name),
    ("unpack", iterate::unpack),
];

/// Functions that make functions from text.
const LOAD: Functions = &[("load", load::load), ("loadstring", load::loadstring)];

/// Functions that read files.
const FILES: Functions = &[("dofile", load::dofile), ("loadfile", load::loadfile)];

pub(super) fn open(vm: &mut Vm, libraries: Libraries) {
    let globals = vm.host.globals;
    define(vm, globals, FUNCTIONS);
    for (library, functions) in [(Library::Load, LOAD), (Library::Files, FILES)] {
        if libraries.has(library) {
            define(vm, globals, functions);
        }
    }
    // These have their own code, because they catch errors.
    let (pcall, xpcall) = (vm.host.stubs.pcall(), vm.host.stubs.xpcall());
    define_protected(vm, "pcall", pcall);
    vm.host.xpcall = define_protected(vm, "xpcall", xpcall);
    // These two return an iterator.
    let next = vm.host.heap.text(b"next");
    let next = globals.get_text(next);
    define_with(vm, globals, "pairs", iterate::pairs, &[next]);
    vm.context.next = next;
    let next = super::builtin(vm, "ipairs_aux", iterate::ipairs_next, &[]);
    define_with(vm, globals, "ipairs", iterate::ipairs, &[next]);
    vm.context.next_element = next;
    set(&mut vm.host.heap, globals, "_G", globals.into());
    let version = vm.host.heap.text(b"Lua 5.1");
    set(&mut vm.host.heap, globals, "_VERSION", version.into());
    let loaded = loaded_modules(vm);
    set(&mut vm.host.heap, loaded, "_G", globals.into());
}

/// Defines `pcall` or `xpcall`.
fn define_protected(vm: &mut Vm, name: &'static str, callee: Callee) -> Value {
    let globals = vm.host.globals;
    let function = vm.host.heap.new_builtin(name, callee, protected, Box::default()).into();
    set(&mut vm.host.heap, globals, name, function);
    function
}

/// A placeholder: the code of `pcall` and `xpcall` never calls it.
fn protected(call: &mut Call<'_>) -> Result<(), Thrown> {
    Err(call.error("a protected call has code of its own"))
}

fn assert(call: &mut Call<'_>) -> Result<(), Thrown> {
    if call.any(0)?.truth() {
        let values = call.rest(0);
        return call.give_all(&values);
    }
    if call.len() < 2 {
        return Err(call.error("assertion failed!"));
    }
    let mut message = Vec::new();
    match push_text(&mut message, call.get(1)) {
        true => Err(call.error(message)),
        false => Err(raise(call.vm, call.get(1))),
    }
}

fn error(call: &mut Call<'_>) -> Result<(), Thrown> {
    let level = call.int32_or(1, 1)?;
    let mut value = call.get(0);
    let mut text = Vec::new();
    if let Ok(level @ 1..) = usize::try_from(level)
        && push_text(&mut text, value)
    {
        let mut message = place(call.vm, level);
        message.append(&mut text);
        value = call.long_text(&message)?;
    }
    Err(raise(call.vm, value))
}

fn getmetatable(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = call.any(0)?;
    let Some(metatable) = metatable_of(call.vm, value) else { return call.give(Value::NIL) };
    let hidden = call.heap().metamethod(metatable, Event::Metatable);
    call.give(if hidden.is_nil() { metatable.into() } else { hidden })
}

fn setmetatable(call: &mut Call<'_>) -> Result<(), Thrown> {
    let table = call.table(0)?;
    let metatable = call.get(1);
    if call.len() < 2 || !(metatable.is_nil() || metatable.is_table()) {
        return Err(call.argument_error(1, "nil or table expected"));
    }
    if let Some(old) = table.metatable()
        && !call.heap().metamethod(old, Event::Metatable).is_nil()
    {
        return Err(call.error("cannot change a protected metatable"));
    }
    call.heap().set_metatable(table, metatable.to_table());
    call.give(table.into())
}

fn rawequal(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (a, b) = (call.any(0)?, call.any(1)?);
    let same = match (a.to_text(), b.to_text()) {
        (Some(a), Some(b)) => are_same(call.vm, a, b)?,
        _ => a.is_same(b),
    };
    call.give(Value::boolean(same))
}

fn rawget(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = call.table(0)?.get(call.any(1)?);
    call.give(value)
}

fn rawset(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (table, key, value) = (call.table(0)?, call.any(1)?, call.any(2)?);
    call.claim(table.growth(key))?;
    match call.heap().set(table, key, value) {
        Ok(()) => call.give(table.into()),
        Err(bad) => Err(call.error_without_place(bad.to_string())),
    }
}
