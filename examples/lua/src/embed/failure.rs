//! An error that the program did not catch → [`Failure`], with the message and traceback to show.

use std::fmt;

use mimeo::{Thrown, TrapKind};

use super::{Scope, Value};
use crate::heap::Event;
use crate::library::traceback;
use crate::ops::ops::{Trap, Value as Bits, Vm};
use crate::runtime::{self, Call, Exit, metatable_of, push_text, run_protected, value_of};

/// An error: a chunk that does not compile, or a value that a call has thrown.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The value that was thrown.
    pub value: Value,
    /// The message to show: the value's text, or the result of its `__tostring`, or else a note that it has none.
    pub message: Vec<u8>,
    /// The active functions, as `debug.traceback` lists them. Empty if there were none.
    pub traceback: Vec<u8>,
    /// Set if this is not an error, but the program has called `os.exit`. See [`Lua::leave`](crate::Lua::leave).
    ///
    /// A Rust function that receives this should return soon. Whatever it returns, the program exits.
    pub exit: Option<Exit>,
    /// Set if this is not an error, but the host has stopped the program, which no Lua code can catch.
    ///
    /// A Rust function that receives this should return it soon. Whatever it returns, the program is stopped at its next
    /// call or backward jump.
    pub stop: Option<Stop>,
}

/// Why the host has stopped a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stop {
    /// It was interrupted: see [`Lua::control`](crate::Lua::control).
    Interrupted,
    /// It has used its fuel: see [`Lua::set_fuel`](crate::Lua::set_fuel).
    OutOfFuel,
}

impl Stop {
    fn of(trap: &Trap) -> Option<Stop> {
        match trap.kind {
            TrapKind::Interrupted => Some(Stop::Interrupted),
            TrapKind::OutOfFuel => Some(Stop::OutOfFuel),
            _ => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.message))
    }
}

impl std::error::Error for Failure {}

impl<T: Into<Value>> From<T> for Failure {
    /// Creates the error with which a Rust function throws `value`. See [`Scope::error`].
    fn from(value: T) -> Failure {
        let value = value.into();
        let message = match &value {
            Value::String(text) => text.clone(),
            Value::Number(number) => {
                let mut text = Vec::new();
                lua_syntax::strings::push_number(&mut text, *number);
                text
            }
            _ => NO_TEXT.to_vec(),
        };
        Failure { value, message, traceback: Vec::new(), exit: None, stop: None }
    }
}

/// The message for a value that has no text.
const NO_TEXT: &[u8] = b"(error object is not a string)";

/// The message and traceback of an error, made by the handler before the stack unwinds.
#[derive(Default)]
pub(super) struct Report {
    message: Vec<u8>,
    traceback: Vec<u8>,
}

/// Creates the handler.
pub(super) fn open(vm: &mut Vm) {
    let (xpcall, callee) = (vm.host.stubs.xpcall(), vm.host.stubs.builtin());
    let heap = &mut vm.host.heap;
    let xpcall = heap.new_builtin("xpcall", xpcall, report, Box::default());
    let handler = heap.new_builtin("report", callee, report, Box::default());
    vm.host.embedding.protection = Some([xpcall.into(), handler.into()]);
    vm.host.embedding.traceback = Some(traceback(vm));
}

/// Makes the report of an error at the point where it is thrown.
fn report(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = call.get(0);
    // An error in the handler gets no report.
    if !std::mem::replace(&mut call.vm.host.embedding.is_reporting, true) {
        let report = make_report(call, value);
        if let Some(debugger) = call.vm.host.embedding.debugger.clone() {
            let message = report.as_ref().ok().and_then(Option::as_ref).map_or(&[][..], |report| &report.message);
            debugger.failed(call.vm, message);
        }
        call.vm.host.embedding.is_reporting = false;
        call.vm.host.embedding.report = report?;
    }
    call.give(value)
}

/// Returns the report, or `None` if the value has no text.
fn make_report(call: &mut Call<'_>, value: Bits) -> Result<Option<Report>, Thrown> {
    let Some(message) = text_of(call.vm, value)? else { return Ok(None) };
    let mut report = Report { message, ..Report::default() };
    if let Some(traceback) = call.vm.host.embedding.traceback {
        // Level 0 is `debug.traceback`, level 1 is this function.
        let args = [call.text(&report.message), Bits::number(2.0)];
        let Some(text) = first_result(call.vm, traceback, &args)?.and_then(Bits::to_text) else { return Ok(None) };
        let list = text.bytes().strip_prefix(&report.message[..]).unwrap_or(text.bytes());
        report.traceback = list.strip_prefix(b"\n").unwrap_or(list).to_vec();
    }
    Ok(Some(report))
}

/// Calls a function, and returns its first result, or `None` if it throws an error.
fn first_result(vm: &mut Vm, function: Bits, args: &[Bits]) -> Result<Option<Bits>, Thrown> {
    match run_protected(vm, function, args) {
        Ok(results) => Ok(results.first().copied()),
        Err(failure) => failure.unless_stopped(vm).map(|_| None),
    }
}

/// Returns the text of an error's value, if it has one.
fn text_of(vm: &mut Vm, value: Bits) -> Result<Option<Vec<u8>>, Thrown> {
    let mut text = Vec::new();
    if push_text(&mut text, value) {
        return Ok(Some(text));
    }
    let Some(metatable) = metatable_of(vm, value) else { return Ok(None) };
    let method = vm.host.heap.metamethod(metatable, Event::ToString);
    if method.is_nil() {
        return Ok(None);
    }
    let result = first_result(vm, method, &[value])?;
    Ok(result.is_some_and(|result| push_text(&mut text, result)).then_some(text))
}

impl Scope<'_> {
    /// Returns the failure for a value that was thrown.
    pub(super) fn failure(&mut self, value: Bits, report: Option<Report>) -> Failure {
        let value = self.value(value);
        match report {
            Some(Report { message, traceback }) => Failure { value, message, traceback, exit: None, stop: None },
            None => value.into(),
        }
    }

    /// Returns the failure of a call that ended outside of its `xpcall`: the program called `os.exit` or was stopped, or
    /// the stack had no room even for `xpcall`.
    pub(super) fn failure_outside(&mut self, failure: runtime::Failure) -> Failure {
        let runtime::Failure { value, trap, exit } = failure;
        let stop = Stop::of(&trap);
        let traceback = if stop.is_some() { traceback_of(&trap) } else { Vec::new() };
        let failure = Failure { traceback, exit, stop, ..self.failure(value, None) };
        // A Rust function that returns the failure throws this.
        self.vm().host.embedding.stopped = Some(trap).filter(|_| stop.is_some());
        failure
    }

    /// Returns the failure of a chunk that the host did not let load.
    pub(super) fn stopped_outside(&mut self, stop: Thrown) -> Failure {
        let trap = self.vm().catch(stop);
        if self.vm().host.embedding.calls == 0 {
            // No run ends, with which the interruption would.
            self.vm().control().clear();
        }
        let value = self.enter(|vm| value_of(vm, &trap));
        self.failure_outside(runtime::Failure { value, trap, exit: None })
    }
}

/// Returns the active functions at a stop, as `debug.traceback` lists functions without names.
fn traceback_of(trap: &Trap) -> Vec<u8> {
    let mut text = "stack traceback:".to_owned();
    for (index, site) in trap.backtrace.frames.iter().enumerate() {
        if trap.backtrace.omitted.is_some_and(|(_, before)| before == index) {
            text += "\n\t...";
        }
        // Functions are named after their chunk and their line.
        let chunk = site.function.rsplit_once(':').filter(|_| !site.function.starts_with("[C]"));
        text += &match (chunk, site.position) {
            (Some((chunk, "0")), Some(at)) => format!("\n\t{chunk}:{}: in main chunk", at.line),
            (Some((chunk, from)), Some(at)) => format!("\n\t{chunk}:{}: in function <{chunk}:{from}>", at.line),
            _ => "\n\t[C]: in ?".to_owned(),
        };
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests;
