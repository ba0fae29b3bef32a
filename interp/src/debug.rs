//! Breakpoints, steps and traced functions → [`Debug`], which says before which ops the driver calls the debugger and
//! the tracer.
//!
//! A function with a breakpoint has no native code. The driver runs it op by op, as every function while the debugger
//! steps through it, and as traced functions. All other functions run as without a debugger.

use std::fmt;

use mimeo_def::Pc;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::trace::Tracer;
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

/// The functions whose ops a tracer sees.
#[derive(Debug, Default)]
pub(crate) enum Traced {
    #[default]
    Nothing,
    Everything,
    /// The functions of this name, with the ids of those that are loaded.
    Named(Box<str>, FxHashSet<u32>),
}

impl Traced {
    fn has(&self, function: u32) -> bool {
        match self {
            Traced::Nothing => false,
            Traced::Everything => true,
            Traced::Named(_, ids) => ids.contains(&function),
        }
    }
}

/// What a debugger waits for, and what a tracer sees.
pub(crate) struct Debug<I: InstructionSet> {
    /// `None` while it runs, and without a debugger.
    pub(crate) debugger: Option<Box<Debugger<I>>>,
    /// Whether there is a debugger, which may be running.
    pub(crate) has_debugger: bool,
    pub(crate) traced: Traced,
    /// `None` while nothing is traced.
    pub(crate) tracer: Option<Box<Tracer<I>>>,
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

impl<I: InstructionSet> Default for Debug<I> {
    fn default() -> Self {
        Debug {
            debugger: None,
            has_debugger: false,
            traced: Traced::Nothing,
            tracer: None,
            breakpoints: FxHashSet::default(),
            functions: FxHashMap::default(),
            step_up_to: None,
            is_paused: false,
            stepped: Vec::new(),
            stops_at_event: false,
        }
    }
}

impl<I: InstructionSet> Debug<I> {
    /// Removes the debugger with all that it waits for. Returns the ids of the functions that had breakpoints.
    pub(crate) fn remove_debugger(&mut self) -> Vec<u32> {
        (self.debugger, self.has_debugger) = (None, false);
        (self.step_up_to, self.is_paused, self.stops_at_event) = (None, false, false);
        self.breakpoints.clear();
        self.functions.drain().map(|(id, _)| id).collect()
    }

    /// Removes the tracer. Returns the ids of the functions that were traced by name.
    pub(crate) fn remove_tracer(&mut self) -> Vec<u32> {
        self.tracer = None;
        match std::mem::take(&mut self.traced) {
            Traced::Named(_, ids) => ids.into_iter().collect(),
            Traced::Nothing | Traced::Everything => Vec::new(),
        }
    }

    /// Returns `true` without a debugger and a tracer.
    pub(crate) fn is_idle(&self) -> bool {
        !self.has_debugger && self.tracer.is_none()
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

    /// Forgets a function that is unloaded.
    pub(crate) fn unload(&mut self, function: u32) {
        if let Traced::Named(_, ids) = &mut self.traced {
            ids.remove(&function);
        }
        if self.functions.remove(&function).is_some() {
            self.breakpoints.retain(|&(of, _)| of != function);
        }
    }

    pub(crate) fn has_breakpoints(&self, function: u32) -> bool {
        self.functions.contains_key(&function)
    }

    /// Returns `true` if the driver never runs native code of this function.
    pub(crate) fn excludes(&self, function: u32) -> bool {
        self.has_breakpoints(function) || matches!(&self.traced, Traced::Named(_, ids) if ids.contains(&function))
    }

    /// Returns `true` if the tracer sees the ops of this function.
    pub(crate) fn traces(&self, function: u32) -> bool {
        self.tracer.is_some() && self.traced.has(function)
    }

    /// Returns `true` if the debugger, when it does not run, sees this function at this level op by op.
    fn is_debugged(&self, function: u32, level: Level) -> bool {
        self.step_up_to.is_some_and(|up_to| level <= up_to) || self.has_breakpoints(function)
    }

    /// Returns `true` if the driver runs this function at this level op by op.
    pub(crate) fn steps_through(&self, function: u32, level: Level) -> bool {
        self.traces(function) || self.is_debugged(function, level)
    }

    /// Notes whether the driver runs the next op of the innermost run alone, which is in this function at this level, and
    /// returns it.
    pub(crate) fn note_stepped(&mut self, function: u32, level: Level) -> bool {
        let steps = self.traces(function) || self.debugger.is_some() && self.is_debugged(function, level);
        self.stepped.resize(level.0 + 1, false);
        self.stepped[level.0] = steps;
        steps
    }

    /// Notes that a run has ended while this many others are active. Returns `true` if the driver must have control at the
    /// next event, because it steps, and the op that made the run is part of code that is not stepped.
    pub(crate) fn run_ended(&mut self, nesting: usize) -> bool {
        if nesting == 0 || self.stepped.get(nesting).is_some_and(|&stepped| stepped) {
            return false;
        }
        let debugs = self.step_up_to.is_some_and(|(up_to, _)| up_to > nesting);
        if debugs {
            (self.step_up_to, self.stops_at_event) = (None, true);
        }
        debugs || matches!(self.traced, Traced::Everything)
    }

    /// Returns the debugger's reason to stop before an op.
    pub(crate) fn stop_at(&mut self, function: u32, pc: Pc, level: Level) -> Option<Stop> {
        if self.debugger.is_none() || !self.is_debugged(function, level) {
            None
        } else if self.breakpoints.contains(&(function, pc)) {
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
        f.debug_struct("Debug")
            .field("breakpoints", &self.breakpoints)
            .field("traced", &self.traced)
            .finish_non_exhaustive()
    }
}
