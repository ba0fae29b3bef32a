//! The functions that are globals themselves.

use std::io::Write as _;

use mimeo::Thrown;

use super::{Functions, define, loaded_modules, set};
use crate::heap::Event;
use crate::ops::ops::{Value, Vm};
use crate::runtime::{Call, metatable_of, place, push_text, raise, run, to_number};
use crate::strings::scan_number_in_base;

const FUNCTIONS: Functions = &[
    ("assert", assert),
    ("error", error),
    ("getmetatable", getmetatable),
    ("ipairs", ipairs),
    ("next", next),
    ("pairs", pairs),
    ("print", print),
    ("rawequal", rawequal),
    ("rawget", rawget),
    ("rawlen", rawlen),
    ("rawset", rawset),
    ("select", select),
    ("setmetatable", setmetatable),
    ("tonumber", tonumber),
    ("tostring", tostring),
    ("type", type_name),
    ("unpack", unpack),
];

pub(super) fn open(vm: &mut Vm) {
    let globals = vm.host.globals;
    define(vm, globals, FUNCTIONS);
    // Their code is not that of other builtins: they are calls whose errors end there.
    for (name, callee) in [("pcall", vm.host.stubs.pcall()), ("xpcall", vm.host.stubs.xpcall())] {
        let function = vm.host.heap.new_builtin(name, callee, protected, Box::default());
        set(&mut vm.host.heap, globals, name, function.into());
    }
    // `ipairs` and `pairs` hand these out.
    for (name, function) in [("ipairs", ipairs_next as crate::runtime::BuiltinFn)] {
        let callee = vm.host.stubs.builtin();
        let iterator = vm.host.heap.new_builtin(name, callee, function, Box::default());
        let registry = vm.host.registry;
        set(&mut vm.host.heap, registry, "_IPAIRS", iterator.into());
    }
    set(&mut vm.host.heap, globals, "_G", globals.into());
    let version = vm.host.heap.text(b"Lua 5.1");
    set(&mut vm.host.heap, globals, "_VERSION", version.into());
    let loaded = loaded_modules(vm);
    set(&mut vm.host.heap, loaded, "_G", globals.into());
}

/// The code of `pcall` and `xpcall` never comes here.
fn protected(call: &mut Call<'_>) -> Result<(), Thrown> {
    Err(call.error("a protected call has code of its own"))
}

fn assert(call: &mut Call<'_>) -> Result<(), Thrown> {
    if call.any(0)?.truth() {
        let values = call.rest(0);
        return call.give_all(&values);
    }
    if call.len() < 2 {
        let message = call.text("assertion failed!");
        return Err(raise(call.vm, message));
    }
    let message = call.get(1);
    Err(raise(call.vm, message))
}

fn error(call: &mut Call<'_>) -> Result<(), Thrown> {
    let level = call.integer_or(1, 1)?;
    let mut value = call.get(0);
    if let (Some(text), Ok(level @ 1..)) = (value.to_text(), usize::try_from(level)) {
        let mut message = place(call.vm, level);
        message.extend_from_slice(text.bytes());
        value = call.text(message);
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
        return Err(call.type_error(1, "nil or table"));
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
    let same = call.any(0)?.is_same(call.any(1)?);
    call.give(Value::boolean(same))
}

fn rawget(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = call.table(0)?.get(call.any(1)?);
    call.give(value)
}

fn rawset(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (table, key, value) = (call.table(0)?, call.any(1)?, call.any(2)?);
    match call.heap().set(table, key, value) {
        Ok(()) => call.give(table.into()),
        Err(bad) => Err(call.error(bad.to_string())),
    }
}

fn rawlen(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = call.get(0);
    let len = match (value.to_table(), value.to_text()) {
        (Some(table), _) => table.length() as f64,
        (_, Some(text)) => f64::from(text.len),
        _ => return Err(call.type_error(0, "table or string")),
    };
    call.give(Value::number(len))
}

fn next(call: &mut Call<'_>) -> Result<(), Thrown> {
    let table = call.table(0)?;
    match table.next(call.get(1)) {
        Ok(Some((key, value))) => call.give_all(&[key, value]),
        Ok(None) => call.give(Value::NIL),
        Err(bad) => Err(call.error(bad.to_string())),
    }
}

fn pairs(call: &mut Call<'_>) -> Result<(), Thrown> {
    let table = call.table(0)?;
    let globals = call.vm.host.globals;
    let name = call.heap().text(b"next");
    let next = globals.get_text(name);
    call.give_all(&[next, table.into(), Value::NIL])
}

fn ipairs(call: &mut Call<'_>) -> Result<(), Thrown> {
    let table = call.table(0)?;
    let registry = call.vm.host.registry;
    let name = call.heap().text(b"_IPAIRS");
    let iterator = registry.get_text(name);
    call.give_all(&[iterator, table.into(), Value::number(0.0)])
}

fn ipairs_next(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (table, index) = (call.table(0)?, call.number(1)? + 1.0);
    let value = table.get(Value::number(index));
    if value.is_nil() { call.give(Value::NIL) } else { call.give_all(&[Value::number(index), value]) }
}

fn print(call: &mut Call<'_>) -> Result<(), Thrown> {
    let globals = call.vm.host.globals;
    let name = call.heap().text(b"tostring");
    let tostring = globals.get_text(name);
    let mut line = Vec::new();
    for index in 0..call.len() {
        if index > 0 {
            line.push(b'\t');
        }
        let value = call.get(index);
        if value.is_text() || value.is_number() {
            push_text(&mut line, value);
            continue;
        }
        // As in Lua, whoever replaces `tostring` changes `print`.
        let text = call.run(tostring, &[value])?;
        if !push_text(&mut line, text) {
            return Err(call.error("'tostring' must return a string to 'print'"));
        }
    }
    line.push(b'\n');
    // Nobody hears of a failure, as in Lua.
    let _unheard = call.vm.host.stdout.write_all(&line);
    call.give_all(&[])
}

fn select(call: &mut Call<'_>) -> Result<(), Thrown> {
    let given = i64::from(call.len()) - 1;
    if call.get(0).to_text().is_some_and(|text| text.bytes() == b"#") {
        return call.give(Value::number(given as f64));
    }
    let mut from = call.integer(0)?;
    if from < 0 {
        from += given + 1;
    }
    if from < 1 {
        return Err(call.argument_error(0, "index out of range"));
    }
    let values = call.rest(u32::try_from(from).unwrap_or(u32::MAX));
    call.give_all(&values)
}

fn tonumber(call: &mut Call<'_>) -> Result<(), Thrown> {
    let base = call.integer_or(1, 10)?;
    if base == 10 {
        let number = to_number(call.any(0)?);
        return call.give(number.map_or(Value::NIL, Value::number));
    }
    let text = call.string(0)?;
    let Ok(base @ 2..=36) = u32::try_from(base) else { return Err(call.argument_error(1, "base out of range")) };
    let number = scan_number_in_base(text.bytes(), base);
    call.give(number.map_or(Value::NIL, Value::number))
}

fn tostring(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = call.any(0)?;
    let text = to_text(call.vm, value)?;
    call.give(text)
}

/// The text of a value, which its `__tostring` may decide.
pub(super) fn to_text(vm: &mut Vm, value: Value) -> Result<Value, Thrown> {
    if let Some(metatable) = metatable_of(vm, value) {
        let method = vm.host.heap.metamethod(metatable, Event::ToString);
        if !method.is_nil() {
            return run(vm, method, &[value]);
        }
    }
    if value.is_text() {
        return Ok(value);
    }
    let mut text = Vec::new();
    push_plain(&mut text, value);
    Ok(vm.host.heap.text(&text).into())
}

/// Appends the text of a value, of which nothing but its type and its address matters if it is an object.
pub(super) fn push_plain(out: &mut Vec<u8>, value: Value) {
    if push_text(out, value) {
        return;
    }
    let text = match value {
        Value::NIL => "nil".to_owned(),
        Value::TRUE => "true".to_owned(),
        Value::FALSE => "false".to_owned(),
        _ if value.is_builtin() => format!("function: builtin: {:#x}", value.address()),
        _ => format!("{}: {:#x}", value.type_name(), value.address()),
    };
    out.extend_from_slice(text.as_bytes());
}

fn type_name(call: &mut Call<'_>) -> Result<(), Thrown> {
    let name = call.any(0)?.type_name();
    let name = call.text(name);
    call.give(name)
}

pub(super) fn unpack(call: &mut Call<'_>) -> Result<(), Thrown> {
    let table = call.table(0)?;
    let from = call.integer_or(1, 1)?;
    let to = if call.has(2) { call.integer(2)? } else { table.length() as i64 };
    if from > to {
        return call.give_all(&[]);
    }
    if to.saturating_sub(from) >= 60_000 {
        return Err(call.error("too many results to unpack"));
    }
    let values: Vec<Value> = (from..=to).map(|index| table.get(Value::number(index as f64))).collect();
    call.give_all(&values)
}
