//! Calls and backward jumps → [`Budget`], which says when the driver must interrupt a program, take fuel from it, call
//! its hook or sample its position.

use std::fmt;

use crate::{Control, InstructionSet, Thrown, Vm};

/// The action when a program has used its fuel.
///
/// ```
/// use mimeo::{TrapKind, WhenEmpty};
/// use mimeo_doc_ops::{SUM, sample_machine};
///
/// let (mut machine, linked) = sample_machine();
/// let vm = machine.vm_mut();
/// vm.set_fuel(Some(4));
/// let trap = machine.call(linked.function(SUM), &[10]).expect_err("the loop runs 10 times");
/// assert_eq!(trap.kind, TrapKind::OutOfFuel);
///
/// // Each refill is noted.
/// machine.vm_mut().when_empty(WhenEmpty::Refill(Box::new(|vm| {
///     vm.host.printed.push(3);
///     Some(3)
/// })));
/// assert_eq!(machine.call(linked.function(SUM), &[10]), Ok(55));
/// assert_eq!(machine.vm().host.printed, [3, 3, 3, 3]);
/// assert_eq!(machine.vm().fuel(), Some(1));
/// ```
pub enum WhenEmpty<I: InstructionSet> {
    /// The program gets the error [`TrapKind::OutOfFuel`](crate::TrapKind::OutOfFuel).
    Trap,
    /// The run is suspended, if it is that of a fiber which the host started, outside all other runs; otherwise as
    /// [`Trap`](Self::Trap). The host adds fuel and resumes the fiber. See
    /// [`Vm::is_out_of_fuel`](crate::Vm::is_out_of_fuel).
    Suspend,
    /// The function returns more fuel, or `None` to do the same as [`Trap`](Self::Trap). It costs no fuel itself.
    Refill(Box<Refill<I>>),
}

/// A function that returns more fuel for a program. See [`WhenEmpty`].
pub type Refill<I> = dyn FnMut(&mut Vm<I>) -> Option<u64>;

/// A function that is called after a number of calls and backward jumps. See [`Vm::set_hook`](crate::Vm::set_hook).
pub type Hook<I> = dyn FnMut(&mut Vm<I>) -> Result<(), Thrown>;

impl<I: InstructionSet> fmt::Debug for WhenEmpty<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WhenEmpty::Trap => "Trap",
            WhenEmpty::Suspend => "Suspend",
            WhenEmpty::Refill(_) => "Refill",
        })
    }
}

/// What `core.budget` counts down to: the number of events until the next deadline. An event is one call or one backward
/// jump, and is counted once by whichever tier makes it.
pub(crate) struct Budget<I: InstructionSet> {
    pub(crate) control: Control,
    /// Whether the program got an interruption that is still set, so that a program or runtime function that catches it is
    /// interrupted again.
    pub(crate) is_stopping: bool,
    /// The value of `core.budget` up to which events were subtracted from the counters below.
    settled: i32,
    /// The events until the control is checked and the position is sampled. Not positive when that is due.
    quantum: i64,
    /// The mean length of a quantum.
    pub(crate) mean_quantum: u32,
    /// The state of the generator of quanta.
    random: u32,
    /// The events that are left to the program. Negative when it made one more.
    pub(crate) fuel: Option<i64>,
    pub(crate) when_empty: WhenEmpty<I>,
    /// The interval of the hook, and the hook, which is `None` while it runs.
    pub(crate) hook: Option<(u32, Option<Box<Hook<I>>>)>,
    /// The events until the hook is called. Not positive when that is due.
    pub(crate) hook_due: i64,
    /// Whether the driver is called at the next event, whatever is due.
    pub(crate) stops_at_next_event: bool,
}

impl<I: InstructionSet> Budget<I> {
    /// The mean length of a quantum, in events: short enough that an interruption arrives within a millisecond, and long
    /// enough that leaving native code costs less than 0.1 ns per event.
    const QUANTUM: u32 = 1024;

    pub(crate) fn new() -> Self {
        Budget {
            control: Control::default(),
            is_stopping: false,
            settled: 0,
            quantum: 0,
            mean_quantum: Self::QUANTUM,
            random: 1,
            fuel: None,
            when_empty: WhenEmpty::Trap,
            hook: None,
            hook_due: 0,
            stops_at_next_event: false,
        }
    }

    /// Subtracts the events since the last call from all counters.
    pub(crate) fn settle(&mut self, budget: i32) {
        let events = i64::from(self.settled) - i64::from(budget);
        self.settled = budget;
        self.spend(events);
    }

    /// Subtracts events from all counters.
    pub(crate) fn spend(&mut self, events: i64) {
        self.quantum -= events;
        self.hook_due -= events;
        if let Some(fuel) = &mut self.fuel {
            *fuel -= events;
        }
    }

    /// Returns the value for `core.budget`: the events before the one at which something is due.
    pub(crate) fn arm(&mut self) -> i32 {
        let is_next = self.stops_at_next_event || self.control.is_interrupted();
        let mut events = if is_next { 0 } else { self.quantum - 1 };
        if let Some((_, Some(_))) = self.hook {
            events = events.min(self.hook_due - 1);
        }
        if let Some(fuel) = self.fuel {
            events = events.min(fuel);
        }
        self.settled = i32::try_from(events.max(0)).unwrap_or(i32::MAX);
        self.settled
    }

    /// Starts a new quantum if the last one is over, and returns `true` if it was. The lengths vary, so that samples do
    /// not resonate with a loop, and are the same in every machine.
    pub(crate) fn next_quantum(&mut self) -> bool {
        let is_over = self.quantum <= 0;
        if is_over {
            // A linear congruential generator: Numerical Recipes, 3rd edition, section 7.1.
            self.random = self.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            self.quantum = i64::from(self.mean_quantum / 2 + (self.random >> 16) % self.mean_quantum);
        }
        is_over
    }

    /// Returns the events until the hook is called when `core.budget` is `budget`.
    pub(crate) fn hook_due_at(&self, budget: i32) -> Option<u32> {
        let events = i64::from(self.settled) - i64::from(budget);
        self.hook.as_ref().map(|_| u32::try_from((self.hook_due - events).max(1)).unwrap_or(u32::MAX))
    }

    /// Returns the fuel that is left when `core.budget` is `budget`.
    pub(crate) fn fuel_at(&self, budget: i32) -> Option<u64> {
        let events = i64::from(self.settled) - i64::from(budget);
        self.fuel.map(|fuel| u64::try_from(fuel - events).unwrap_or(0))
    }
}
