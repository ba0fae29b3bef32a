//! The active functions → a text with a line for each.

use std::fmt::Write as _;

use mimeo::Thrown;

use super::level::{Level, frames_in, left_in};
use super::stack_of;
use crate::heap::{Coroutine, Gc};
use crate::library::base::number_of;
use crate::ops::ops::Vm;
use crate::runtime::{Call, Embedder as _, Frame, push_text};

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
    let default = i32::from(coroutine.is_none());
    let level = call.int32_or(first + 1, default)?;
    if first < call.len() {
        text.push(b'\n');
    }
    text.extend_from_slice(b"stack traceback:");
    if let Ok(level) = usize::try_from(level) {
        push_levels(&mut text, call.vm, coroutine, level);
    }
    let text = call.text(text);
    call.give(text)
}

/// Appends a line for each level, starting with `first`.
fn push_levels(text: &mut Vec<u8>, vm: &Vm, coroutine: Option<Gc<Coroutine>>, first: usize) {
    match left_in(coroutine.as_ref()) {
        Some(left) => push_lines(text, vm, left.len(), first, |level| Level::of_left(&left[level])),
        None => {
            let frames: Vec<Frame<'_>> = frames_in(vm, coroutine).collect();
            push_lines(text, vm, frames.len(), first, |level| Level::of(vm, &frames[level], frames.get(level + 1)));
        }
    }
}

/// Appends the lines of `count` levels without those before `first`, and without those in the middle of many.
fn push_lines(text: &mut Vec<u8>, vm: &Vm, count: usize, first: usize, at: impl Fn(usize) -> Level) {
    let cut = first.max(FIRST);
    let is_long = count > cut + LAST + 1;
    for level in first..count {
        if is_long && (cut..count - LAST).contains(&level) {
            if level == cut {
                text.extend_from_slice(b"\n\t...");
            }
            continue;
        }
        push_level(text, vm, &at(level));
    }
}

fn push_level(text: &mut Vec<u8>, vm: &Vm, level: &Level) {
    let (function, name) = (level.function, level.name.as_ref());
    let mut line = String::new();
    let chunk = function.to_closure().map(|closure| {
        let prototype = closure.prototype();
        (String::from_utf8_lossy(&prototype.chunk().parts().name).into_owned(), prototype.line)
    });
    // Writing to a string never fails.
    let _written = match (&chunk, level.line, name) {
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
