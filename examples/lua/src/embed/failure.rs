//! An error that the program did not catch → [`Failure`], with the message and traceback to show.

use std::fmt;

use mimeo::Thrown;

use super::{Scope, Value};
use crate::heap::Event;
use crate::library::loaded_module;
use crate::ops::ops::{Value as Bits, Vm};
use crate::runtime::{Call, Exit, metatable_of, push_text, run_protected};

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
        Failure { value, message, traceback: Vec::new(), exit: None }
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
    vm.host.embedding.traceback = loaded_module(vm, "debug").and_then(|module| {
        let name = vm.host.heap.text(b"traceback");
        Some(module.get_text(name)).filter(|value| value.is_function())
    });
}

/// Makes the report of an error at the point where it is thrown.
fn report(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = call.get(0);
    // An error in the handler gets no report.
    if !std::mem::replace(&mut call.vm.host.embedding.is_reporting, true) {
        let report = make_report(call, value);
        if let Some(debugger) = call.vm.host.embedding.debugger.clone() {
            debugger.failed(call.vm, report.as_ref().map_or(&[], |report| &report.message));
        }
        let embedding = &mut call.vm.host.embedding;
        (embedding.report, embedding.is_reporting) = (report, false);
    }
    call.give(value)
}

fn make_report(call: &mut Call<'_>, value: Bits) -> Option<Report> {
    let message = text_of(call.vm, value)?;
    let mut report = Report { message, ..Report::default() };
    if let Some(traceback) = call.vm.host.embedding.traceback {
        // Level 0 is `debug.traceback`, level 1 is this function.
        let args = [call.text(&report.message), Bits::number(2.0)];
        let text = run_protected(call.vm, traceback, &args).ok()?.first()?.to_text()?;
        let list = text.bytes().strip_prefix(&report.message[..]).unwrap_or(text.bytes());
        report.traceback = list.strip_prefix(b"\n").unwrap_or(list).to_vec();
    }
    Some(report)
}

/// Returns the text of an error's value, if it has one.
fn text_of(vm: &mut Vm, value: Bits) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    if push_text(&mut text, value) {
        return Some(text);
    }
    let metatable = metatable_of(vm, value)?;
    let method = vm.host.heap.metamethod(metatable, Event::ToString);
    if method.is_nil() {
        return None;
    }
    let result = *run_protected(vm, method, &[value]).ok()?.first()?;
    push_text(&mut text, result).then_some(text)
}

impl Scope<'_> {
    /// Returns the failure for a value that was thrown.
    pub(super) fn failure(&mut self, value: Bits, report: Option<Report>) -> Failure {
        let value = self.value(value);
        match report {
            Some(Report { message, traceback }) => Failure { value, message, traceback, exit: None },
            None => value.into(),
        }
    }
}

#[cfg(test)]
mod tests;
