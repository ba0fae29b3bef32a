//! `os.date`, `os.time` and `os.difftime`: seconds since 1970 → dates, and the reverse.

use std::time::SystemTime;

use lua_syntax::strings::to_signed;
use lua_syntax::time::{Date, Fields, Zone};
use mimeo::Thrown;

use crate::heap::Gc;
use crate::library::set;
use crate::library::system::until_zero;
use crate::ops::ops::{Table, Value};
use crate::runtime::{Call, get, to_number};

/// Returns the seconds since the start of 1970.
fn now() -> i64 {
    let seconds = |duration: std::time::Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => seconds(after),
        Err(before) => -seconds(before.duration()),
    }
}

pub(super) fn difftime(call: &mut Call<'_>) -> Result<(), Thrown> {
    // As in LuaJIT, the second argument is checked first.
    let from = if call.has(1) { to_signed(call.number(1)?) } else { 0 };
    let to = to_signed(call.number(0)?);
    call.give(Value::number(to as f64 - from as f64))
}

pub(super) fn date(call: &mut Call<'_>) -> Result<(), Thrown> {
    let format = call.string_if_any(0)?;
    let format = format.as_ref().map_or(&b"%c"[..], |text| text.bytes());
    // The format ends at the first zero byte, as in C.
    let format = until_zero(format).to_vec();
    let seconds = if call.has(1) { to_signed(call.number(1)?) } else { now() };
    let (zone, format) = match format.strip_prefix(b"!") {
        Some(rest) => (Zone::UTC, rest),
        None => (Zone::local(), &format[..]),
    };
    let Some(date) = zone.date(seconds) else { return call.give(Value::NIL) };
    let value = if format == b"*t" { fields(call, &date).into() } else { call.text(date.format(format)) };
    call.give(value)
}

/// Creates a table with the fields of a date.
fn fields(call: &mut Call<'_>, date: &Date) -> Gc<Table> {
    let table = call.heap().new_table(0, 9, 0);
    for (name, value) in [
        ("sec", date.fields.second),
        ("min", date.fields.minute),
        ("hour", date.fields.hour),
        ("day", date.fields.day),
        ("month", date.fields.month),
        ("year", date.fields.year),
        ("wday", date.weekday),
        ("yday", date.day_of_year),
    ] {
        set(call.heap(), table, name, Value::number(value as f64));
    }
    if let Some(is_dst) = date.fields.is_dst {
        set(call.heap(), table, "isdst", Value::boolean(is_dst));
    }
    table
}

pub(super) fn time(call: &mut Call<'_>) -> Result<(), Thrown> {
    if !call.has(0) {
        return call.give(Value::number(now() as f64));
    }
    let table = call.table(0)?.into();
    let fields = Fields {
        second: field(call, table, "sec", Some(0))?,
        minute: field(call, table, "min", Some(0))?,
        hour: field(call, table, "hour", Some(12))?,
        day: field(call, table, "day", None)?,
        month: field(call, table, "month", None)?,
        year: field(call, table, "year", None)?,
        is_dst: Some(value(call, table, "isdst")?).filter(|value| !value.is_nil()).map(Value::truth),
    };
    // In C, -1 also stands for an error.
    let seconds = Zone::local().seconds(&fields).filter(|&seconds| seconds != -1);
    call.give(seconds.map_or(Value::NIL, |seconds| Value::number(seconds as f64)))
}

/// Returns a field of a table with a date, which may inherit it.
fn value(call: &mut Call<'_>, table: Value, name: &str) -> Result<Value, Thrown> {
    let name = call.text(name);
    get(call.vm, table, name)
}

fn field(call: &mut Call<'_>, table: Value, name: &str, default: Option<i64>) -> Result<i64, Thrown> {
    let value = value(call, table, name)?;
    match (to_number(value), default) {
        // These have 32 bits in C.
        (Some(number), _) => Ok(i64::from(to_signed(number) as i32)),
        (None, Some(default)) => Ok(default),
        (None, None) => Err(call.error(format!("field '{name}' missing in date table"))),
    }
}
