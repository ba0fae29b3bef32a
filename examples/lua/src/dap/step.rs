//! A request to step → the op at which the program stops: [`Step`], in lines instead of ops.

use mimeo::StepMode;

use super::code::FunctionKey;
use crate::ops::ops::Vm;
use crate::runtime::frames;

/// How deep a program is: the number of running coroutines, and the number of frames in the innermost one.
type Depth = (usize, usize);

/// A place where a program can stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) depth: Depth,
    pub(super) key: FunctionKey,
    pub(super) pc: u32,
    pub(super) line: u32,
}

/// How far the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To the next breakpoint.
    Run,
    /// To the next place.
    Pause,
    /// To the next line, also of a function that is called.
    In(Place),
    /// To the next line of this function or of one that it returns to.
    Over(Place),
    /// To the next statement of a function that this one returns to.
    Out(Place),
}

/// Returns how deep the program is.
pub(super) fn depth(vm: &Vm) -> Depth {
    (vm.host.running.len(), frames(vm).count())
}

impl Step {
    /// Returns `true` if the step ends at a place.
    pub(super) fn ends_at(self, place: Place) -> bool {
        // A jump backwards to the same line is the next iteration of its loop.
        let is_new = |from: Place| {
            place.depth != from.depth || place.key != from.key || place.line != from.line || place.pc <= from.pc
        };
        match self {
            Step::Run => false,
            Step::Pause => true,
            Step::In(from) => is_new(from),
            Step::Over(from) => place.depth <= from.depth && is_new(from),
            Step::Out(from) => place.depth < from.depth,
        }
    }

    /// Returns how far the machine may run, from an op at which the step does not end.
    pub(super) fn mode(self, vm: &Vm) -> StepMode {
        let (from, is_out) = match self {
            Step::Run => return StepMode::Continue,
            Step::Pause | Step::In(_) => return StepMode::Into,
            Step::Over(from) => (from, false),
            Step::Out(from) => (from, true),
        };
        let depth = depth(vm);
        if depth.0 > 0 {
            // A coroutine can leave its functions without returning from them.
            return StepMode::Into;
        }
        if depth > from.depth || is_out && depth == from.depth { StepMode::Out } else { StepMode::Over }
    }
}
