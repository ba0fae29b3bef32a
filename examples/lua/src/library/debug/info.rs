//! A function or a level → a table of information about it.

use mimeo::Thrown;

use super::level::{Level, level_at};
use super::stack_of;
use crate::heap::{Gc, Prototype};
use crate::library::set;
use crate::ops::ops::{Table, Value};
use crate::runtime::Call;

pub(super) fn getinfo(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (coroutine, first) = stack_of(call);
    let options = call.string_if_any(first + 1)?;
    let options = options.as_ref().map_or(&b"flnSu"[..], |text| text.bytes());
    let subject = call.get(first);
    let level = if subject.is_function() {
        Level { function: subject, line: None, name: None }
    } else {
        if crate::runtime::to_number(subject).is_none() {
            return Err(call.argument_error(first, "function or level expected"));
        }
        let number = call.int32(first)?;
        match level_at(call.vm, coroutine, number) {
            Some(level) => level,
            None => return call.give(Value::NIL),
        }
    };
    if !options.iter().all(|option| b"SlunfL".contains(option)) {
        return Err(call.argument_error(first + 1, "invalid option"));
    }
    let info = describe(call, &level, options)?;
    call.give(info)
}

fn describe(call: &mut Call<'_>, level: &Level, options: &[u8]) -> Result<Value, Thrown> {
    let closure = level.function.to_closure();
    let lines = match &closure {
        Some(closure) if options.contains(&b'L') => Some(active_lines(call, closure.prototype())?),
        _ => None,
    };
    let info = call.heap().new_table(0, 13, 0);
    let number = |number: u32| Value::number(f64::from(number));
    let mut put = |name: &str, value: Value| set(call.heap(), info, name, value);
    if options.contains(&b'l') {
        put("currentline", level.line.map_or(Value::number(-1.0), number));
    }
    if let Some(lines) = lines {
        put("activelines", lines.into());
    }
    if options.contains(&b'f') {
        put("func", level.function);
    }
    if options.contains(&b'u') {
        let prototype = closure.as_ref().map(|closure| closure.prototype());
        let captured = level.function.to_builtin().map_or(0, |builtin| builtin.captured().len());
        put("nups", number(prototype.map_or(captured, |prototype| prototype.captures.len()) as u32));
        put("nparams", number(prototype.map_or(0, |prototype| prototype.parameters)));
        put("isvararg", Value::boolean(prototype.is_none_or(|prototype| prototype.is_variadic)));
    }
    if options.contains(&b'S') {
        let prototype = closure.as_ref().map(|closure| closure.prototype());
        let lines = prototype.map_or([-1.0; 2], |prototype| [prototype.line, prototype.end_line].map(f64::from));
        put("linedefined", Value::number(lines[0]));
        put("lastlinedefined", Value::number(lines[1]));
        let chunk = prototype.map(|prototype| prototype.chunk());
        let what = match prototype.map(|prototype| prototype.line) {
            None => "C",
            Some(0) => "main",
            Some(_) => "Lua",
        };
        let (source, shown) = match &chunk {
            Some(chunk) => (&chunk.parts().source[..], &chunk.parts().name[..]),
            None => (&b"=[C]"[..], &b"[C]"[..]),
        };
        for (name, text) in [("source", source), ("short_src", shown), ("what", what.as_bytes())] {
            let text = call.text(text);
            set(call.heap(), info, name, text);
        }
    }
    if options.contains(&b'n') {
        let kind = level.name.as_ref().map_or("", |(kind, _)| kind);
        let kind = call.text(kind);
        set(call.heap(), info, "namewhat", kind);
        if let Some((_, name)) = &level.name {
            let name = call.text(name);
            set(call.heap(), info, "name", name);
        }
    }
    Ok(info.into())
}

/// Returns a table whose keys are the lines where the function can have an event for a hook.
fn active_lines(call: &mut Call<'_>, prototype: &Prototype) -> Result<Gc<Table>, Thrown> {
    let count = prototype.stops.len() as u32;
    call.claim(Table::size_for(0, count))?;
    let lines = call.heap().new_table(0, 0, count);
    for stop in &prototype.stops {
        call.heap().set_index(lines, stop.line, Value::TRUE);
    }
    Ok(lines)
}
