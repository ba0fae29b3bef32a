//! The table `os`: the process and its environment.

mod date;
mod process;

use mimeo::Thrown;

use super::{Functions, define_module};
use crate::ops::ops::{Value, Vm};
use crate::runtime::{Call, Exit, leave};

const FUNCTIONS: Functions = &[
    ("clock", clock),
    ("date", date::date),
    ("difftime", date::difftime),
    ("execute", process::execute),
    ("exit", exit),
    ("getenv", process::getenv),
    ("remove", process::remove),
    ("rename", process::rename),
    ("setlocale", setlocale),
    ("time", date::time),
    ("tmpname", process::tmpname),
];

pub(super) fn open(vm: &mut Vm) {
    define_module(vm, "os", FUNCTIONS);
}

/// Returns the CPU time of the process, in the resolution of C's `clock`.
fn clock(call: &mut Call<'_>) -> Result<(), Thrown> {
    let used = cpu_time::ProcessTime::try_now().map_or(0, |time| time.as_duration().as_micros());
    call.give(Value::number(used as f64 / 1e6))
}

fn exit(call: &mut Call<'_>) -> Result<(), Thrown> {
    let code = match call.get(0) {
        Value::TRUE => 0,
        Value::FALSE => 1,
        Value::NIL => 0,
        _ => call.int32(0)?,
    };
    let runs_finalizers = call.get(1).truth();
    // There is no other place to report an error to.
    let _ignored = call.vm.host.stdout.flush();
    Err(leave(call.vm, Exit { code, runs_finalizers }))
}

/// Supports only the C locale.
fn setlocale(call: &mut Call<'_>) -> Result<(), Thrown> {
    const CATEGORIES: [&[u8]; 6] = [b"all", b"collate", b"ctype", b"monetary", b"numeric", b"time"];
    let locale = call.string_if_any(0)?;
    if let Some(category) = call.string_if_any(1)?
        && !CATEGORIES.contains(&category.bytes())
    {
        let name = String::from_utf8_lossy(category.bytes()).into_owned();
        return Err(call.argument_error(1, format!("invalid option '{name}'")));
    }
    let is_known = locale.is_none_or(|locale| matches!(locale.bytes(), b"" | b"C" | b"POSIX"));
    let name = if is_known { call.text("C") } else { Value::NIL };
    call.give(name)
}
