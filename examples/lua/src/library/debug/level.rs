//! A stack and a level → the function there: [`Level`].

use crate::heap::{Coroutine, CoroutineState, Gc, LeftFunction};
use crate::ops::ops::{Value, Vm};
use crate::runtime::{Frame, frames, frames_of, name_of_callee};

/// Information about an active function, or one that an error has left.
pub(super) struct Level {
    pub(super) function: Value,
    pub(super) line: Option<u32>,
    /// The kind and the name under which it was called.
    pub(super) name: Option<(&'static str, String)>,
}

impl Level {
    pub(super) fn of(vm: &Vm, frame: &Frame<'_>, caller: Option<&Frame<'_>>) -> Level {
        let name = caller.and_then(|caller| name_of_callee(vm, caller, frame.function));
        Level { function: frame.function, line: frame.line, name }
    }

    pub(super) fn of_left(left: &LeftFunction) -> Level {
        Level { function: left.function, line: left.line, name: left.name.clone() }
    }
}

/// Returns the active functions of a coroutine, innermost first; `None` stands for the running stack.
pub(super) fn frames_in(vm: &Vm, coroutine: Option<Gc<Coroutine>>) -> Box<dyn Iterator<Item = Frame<'_>> + '_> {
    match coroutine {
        None => Box::new(frames(vm)),
        Some(coroutine) => Box::new(frames_of(vm, coroutine)),
    }
}

/// Returns the functions that an error has left, if it has ended the coroutine.
pub(super) fn left_in(coroutine: Option<&Gc<Coroutine>>) -> Option<&[LeftFunction]> {
    coroutine.filter(|coroutine| coroutine.state == CoroutineState::Dead).map(|coroutine| coroutine.left())
}

/// Returns the function at a level: 0 is the innermost one.
pub(super) fn level_at(vm: &Vm, coroutine: Option<Gc<Coroutine>>, number: i32) -> Option<Level> {
    let number = usize::try_from(number).ok()?;
    if let Some(left) = left_in(coroutine.as_ref()) {
        return left.get(number).map(Level::of_left);
    }
    let mut frames = frames_in(vm, coroutine).skip(number);
    let frame = frames.next()?;
    Some(Level::of(vm, &frame, frames.next().as_ref()))
}
