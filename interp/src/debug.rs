//! Breakpoints and steps → [`Debug`], which says before which ops the driver calls the debugger.
//!
//! A function with a breakpoint has no native code. The driver runs it op by op, as every function while the debugger
//! steps through it. All other functions run as without a debugger.

use std::fmt;

use mimeo_def::Pc;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{InstructionSet, Thrown, Vm};

/// The reason why the debugger is called before an op.
///
/// ```
/// use mimeo::def::Pc;
/// use mimeo::{Stop, StepMode};
/// use mimeo_doc_ops::{SUM, sample_machine};
///
/// let (mut machine, linked) = sample_machine();
/// let vm = machine.vm_mut();
/// vm.set_debugger(|vm, stop| {
///     let frame = vm.frames().next().expect("a function is running");
///     let (pc, step) = (frame.pc, vm.host.printed.len() < 3);
///     vm.host.printed.push(i64::from(pc.0));
///     assert_eq!(stop == Stop::Breakpoint, pc == Pc(0));
///     Ok(if step { StepMode::Over } else { StepMode::Continue })
/// });
/// vm.set_breakpoint(linked.function(SUM), Pc(0), true)?;
/// assert_eq!(machine.call(linked.function(SUM), &[10]), Ok(55));
/// // The breakpoint, and the three ops after it.
/// assert_eq!(machine.vm().host.printed, [0, 6, 12, 18]);
/// # Ok::<(), mimeo::NotLoaded>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// The op has a breakpoint.
    Breakpoint,
    /// The last answer of the debugger was to step to here.
    Step,
    /// [`Control::pause`](crate::Control::pause) was called.
    Pause,
}

/// The answer of a debugger: how far the program runs. See [`Stop`] for an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepMode {
    /// To the next breakpoint.
    Continue,
    /// To the next op, also of a function that is called.
    Into,
    /// To the next op of this function or of one that it returns to.
    Over,
    /// To the next op of a function that this one returns to. Where a runtime function called this one, to the next call
    /// or backward jump after that.
    Out,
}

/// A function that is called before the ops at which the program stops. See [`Vm::set_debugger`].
pub type Debugger<I> = dyn FnMut(&mut Vm<I>, Stop) -> Result<StepMode, Thrown>;

/// A place among the active frames: the number of active runs, and the index of the frame's record on its stack.
pub(crate) type Level = (usize, usize);

/// A level above all others: every frame is stepped through.
pub(crate) const EVERYWHERE: Level = (usize::MAX, usize::MAX);

/// What a debugger waits for.
pub(crate) struct Debug<I: InstructionSet> {
    /// `None` while it runs.
    pub(crate) debugger: Option<Box<Debugger<I>>>,
    /// The id of a function and the position of an op.
    breakpoints: FxHashSet<(u32, Pc)>,
    /// The number of breakpoints of each function that has any, by its id.
    functions: FxHashMap<u32, u32>,
    /// The debugger is called in frames up to this level.
    pub(crate) step_up_to: Option<Level>,
    /// Whether the next stop is because of a pause.
    pub(crate) is_paused: bool,
    /// By the number of active runs: whether the op that runs there is stepped.
    stepped: Vec<bool>,
    /// Whether the debugger is called at the next event.
    pub(crate) stops_at_event: bool,
}

impl<I: InstructionSet> Debug<I> {
    pub(crate) fn new(debugger: Box<Debugger<I>>) -> Self {
        Debug {
            debugger: Some(debugger),
            breakpoints: FxHashSet::default(),
            functions: FxHashMap::default(),
            step_up_to: None,
            is_paused: false,
            stepped: Vec::new(),
            stops_at_event: false,
        }
    }

    /// Adds or removes a breakpoint. Returns `true` if the function now has its first one, or has lost its last one.
    pub(crate) fn set_breakpoint(&mut self, function: u32, pc: Pc, is_set: bool) -> bool {
        let had_any = self.has_breakpoints(function);
        let changed = match is_set {
            true => self.breakpoints.insert((function, pc)),
            false => self.breakpoints.remove(&(function, pc)),
        };
        let count = self.functions.entry(function).or_default();
        if changed {
            *count = if is_set { *count + 1 } else { *count - 1 };
        }
        if *count == 0 {
            self.functions.remove(&function);
        }
        had_any != self.has_breakpoints(function)
    }

    /// Forgets the breakpoints of a function that is unloaded.
    pub(crate) fn unload(&mut self, function: u32) {
        if self.functions.remove(&function).is_some() {
            self.breakpoints.retain(|&(of, _)| of != function);
        }
    }

    pub(crate) fn has_breakpoints(&self, function: u32) -> bool {
        self.functions.contains_key(&function)
    }

    /// Returns the ids of the functions with breakpoints.
    pub(crate) fn functions(&self) -> impl Iterator<Item = u32> {
        self.functions.keys().copied()
    }

    /// Returns `true` if the driver runs this function at this level op by op.
    pub(crate) fn steps_through(&self, function: u32, level: Level) -> bool {
        self.step_up_to.is_some_and(|up_to| level <= up_to) || self.has_breakpoints(function)
    }

    /// Notes whether the driver runs the next op of the innermost run alone, which is in this function at this level, and
    /// returns it.
    pub(crate) fn note_stepped(&mut self, function: u32, level: Level) -> bool {
        let steps = self.debugger.is_some() && self.steps_through(function, level);
        self.stepped.resize(level.0 + 1, false);
        self.stepped[level.0] = steps;
        steps
    }

    /// Notes that a run has ended while this many others are active. Returns `true` if the debugger still steps, and must
    /// be called at the next event, because the op that made the run is part of code that is not stepped.
    pub(crate) fn run_ended(&mut self, nesting: usize) -> bool {
        let is_stepped = nesting == 0 || self.stepped.get(nesting).is_some_and(|&stepped| stepped);
        let steps = self.step_up_to.is_some_and(|(up_to, _)| up_to > nesting);
        if steps && !is_stepped {
            (self.step_up_to, self.stops_at_event) = (None, true);
        }
        steps && !is_stepped
    }

    /// Returns the reason to stop before an op of a function that is run op by op.
    pub(crate) fn stop_at(&mut self, function: u32, pc: Pc, level: Level) -> Option<Stop> {
        if self.breakpoints.contains(&(function, pc)) {
            // A pause that arrives here is over as well.
            self.is_paused = false;
            Some(Stop::Breakpoint)
        } else if std::mem::take(&mut self.is_paused) {
            Some(Stop::Pause)
        } else {
            if std::mem::take(&mut self.stops_at_event) {
                // The program has returned to a function that is run op by op.
                self.step_up_to = Some(EVERYWHERE);
            }
            self.step_up_to.filter(|&up_to| level <= up_to).map(|_| Stop::Step)
        }
    }
}

impl<I: InstructionSet> fmt::Debug for Debug<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Debug").field("breakpoints", &self.breakpoints).finish_non_exhaustive()
    }
}
