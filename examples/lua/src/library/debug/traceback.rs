//! The active functions → a text with a line for each.

use std::fmt::Write as _;

use mimeo::Thrown;

use super::stack_of;
use crate::library::base::number_of;
use crate::ops::ops::Vm;
use crate::runtime::{Call, Embedder as _, Frame, frames, name_of_callee, push_text};

/// Number of levels shown at the beginning of a long traceback.
const FIRST: usize = 12;
/// Number of levels shown at its end.
const LAST: usize = 10;

pub(in crate::library) fn traceback(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (coroutine, first) = stack_of(call);
    let mut text = Vec::new();
    let message = call.get(first);
    if first < call.len() && !push_text(&mut text, message) {
        return call.give(message);
    }
    let default = i64::from(coroutine.is_none());
    let level = call.integer_or(first + 1, default)?;
    if first < call.len() {
        text.push(b'\n');
    }
    text.extend_from_slice(b"stack traceback:");
    // The frames of a suspended coroutine are not available.
    if let (None, Ok(level)) = (coroutine, usize::try_from(level)) {
        push_levels(&mut text, call.vm, level);
    }
    let text = call.text(text);
    call.give(text)
}

/// Appends a line for each level, starting with `level`.
fn push_levels(text: &mut Vec<u8>, vm: &Vm, level: usize) {
    let frames: Vec<Frame<'_>> = frames(vm).collect();
    let cut = level.max(FIRST);
    let is_long = frames.len() > cut + LAST + 1;
    for (level, frame) in frames.iter().enumerate().skip(level) {
        if is_long && (cut..frames.len() - LAST).contains(&level) {
            if level == cut {
                text.extend_from_slice(b"\n\t...");
            }
            continue;
        }
        push_level(text, vm, frame, frames.get(level + 1));
    }
}

fn push_level(text: &mut Vec<u8>, vm: &Vm, frame: &Frame<'_>, caller: Option<&Frame<'_>>) {
    let function = frame.function;
    let name = caller.and_then(|caller| name_of_callee(vm, caller, function));
    let mut line = String::new();
    let chunk = frame.closure().map(|closure| {
        let prototype = closure.prototype();
        (String::from_utf8_lossy(&prototype.chunk().parts().name).into_owned(), prototype.line)
    });
    // Writing to a string never fails.
    let _written = match (&chunk, frame.line, name) {
        (Some((chunk, _)), Some(at), Some((_, name))) => write!(line, "\n\t{chunk}:{at}: in function '{name}'"),
        (Some((chunk, 0)), Some(at), None) => write!(line, "\n\t{chunk}:{at}: in main chunk"),
        (Some((chunk, from)), Some(at), None) => write!(line, "\n\t{chunk}:{at}: in function <{chunk}:{from}>"),
        (Some((chunk, _)), None, Some((_, name))) => write!(line, "\n\t{chunk}: in function '{name}'"),
        (Some((chunk, from)), None, None) => write!(line, "\n\t{chunk}: in function <{chunk}:{from}>"),
        (None, _, Some((_, name))) => write!(line, "\n\t[C]: in function '{name}'"),
        // The function that protects a call by the host stands for the host.
        (None, _, None) if vm.host.embedding.protects(function) => {
            write!(line, "\n\t[C]: at {:#x}", function.address())
        }
        (None, _, None) => write!(line, "\n\t[builtin#{}]: at {:#x}", number_of(function), function.address()),
    };
    text.extend_from_slice(line.as_bytes());
}
