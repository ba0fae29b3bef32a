//! Values → strings, and strings → numbers.

use std::io::Write as _;

use lua_syntax::strings::scan_number_in_base;
use mimeo::Thrown;

use crate::heap::Event;
use crate::ops::ops::{Value, Vm};
use crate::runtime::{BuiltinFn, Call, PART, get, metatable_of, push_text, run, to_number};

/// The work of reading a digit.
const WORK_PER_DIGIT: usize = 2;

const OURS: BuiltinFn = self::tostring;

pub(super) fn print(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (globals, name) = (call.vm.host.globals, call.text("tostring"));
    let tostring = get(call.vm, globals.into(), name)?;
    // The globals may lose it during this call.
    call.keep(tostring);
    let mut line = Vec::new();
    for index in 0..call.len() {
        let value = call.get(index);
        // As in Lua, a replaced `tostring` changes `print`.
        let is_ours = tostring.to_builtin().is_some_and(|builtin| std::ptr::fn_addr_eq(builtin.function, OURS));
        let text = if is_ours { to_text(call.vm, value) } else { call.run(tostring, &[value]) };
        if text.is_err() {
            // What came before is written.
            let _ignored = call.vm.host.stdout.write_all(&line);
        }
        let text = text?;
        if index > 0 {
            line.push(b'\t');
        }
        if let Some(long) = text.to_text().filter(|text| text.len as usize > PART) {
            let _ignored = call.vm.host.stdout.write_all(&line);
            line.clear();
            for part in long.bytes().chunks(PART) {
                let _ignored = call.vm.host.stdout.write_all(part);
                call.work(part.len())?;
            }
        } else if !push_text(&mut line, text) {
            let _ignored = call.vm.host.stdout.write_all(&line);
            return Err(call.error("'tostring' must return a string to 'print'"));
        }
    }
    line.push(b'\n');
    // As in Lua, errors are ignored.
    let _ignored = call.vm.host.stdout.write_all(&line);
    call.give_all(&[])
}

pub(super) fn tostring(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = call.any(0)?;
    let text = to_text(call.vm, value)?;
    call.give(text)
}

/// Returns the text of a value: the result of its `__tostring`, if it has one.
pub(in crate::library) fn to_text(vm: &mut Vm, value: Value) -> Result<Value, Thrown> {
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

/// Appends the text of a value. The text of an object is its type and its address.
pub(in crate::library) fn push_plain(out: &mut Vec<u8>, value: Value) {
    if push_text(out, value) {
        return;
    }
    let text = match value {
        Value::NIL => "nil".to_owned(),
        Value::TRUE => "true".to_owned(),
        Value::FALSE => "false".to_owned(),
        _ if value.is_builtin() => format!("function: builtin#{}", number_of(value)),
        _ => format!("{}: {:#x}", value.type_name(), value.address()),
    };
    out.extend_from_slice(text.as_bytes());
}

/// Returns a unique number of a builtin. LuaJIT numbers its own.
pub(in crate::library) fn number_of(builtin: Value) -> usize {
    builtin.address()
}

pub(super) fn tonumber(call: &mut Call<'_>) -> Result<(), Thrown> {
    let base = call.integer_or(1, 10)?;
    let len = call.get(0).to_text().map_or(0, |text| text.len as usize);
    call.work_at_once(len * WORK_PER_DIGIT)?;
    if base == 10 {
        let number = to_number(call.any(0)?);
        return call.give(number.map_or(Value::NIL, Value::number));
    }
    let text = call.string(0)?;
    let Ok(base @ 2..=36) = u32::try_from(base) else { return Err(call.argument_error(1, "base out of range")) };
    let number = scan_number_in_base(text.bytes(), base);
    call.give(number.map_or(Value::NIL, Value::number))
}

pub(super) fn type_name(call: &mut Call<'_>) -> Result<(), Thrown> {
    let name = call.any(0)?.type_name();
    let name = call.text(name);
    call.give(name)
}
