//! Fibers: runs on stacks of their own, which stop in the middle and go on later. Coroutines are made of them.
//!
//! Contract of this island: that of the driver's.

use mimeo_def::Pc;

use crate::driver::Parked;
use crate::request::Wish;
use crate::{Callee, Function, InstructionSet, Thrown, Value, Vm};

/// A fiber of one machine. Its number is used again once it is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FiberId(u32);

impl FiberId {
    /// The fiber as a number, for the language's own values.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The fiber with this number; if there is none, whatever is done with it panics.
    pub fn from_number(number: u32) -> FiberId {
        FiberId(number)
    }
}

/// How deep and how wide a fiber may get. Memory is taken as it is used, address space at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FiberLimits {
    /// Slots of its value stack.
    pub slots: u32,
    /// Calls under way at once.
    pub depth: u32,
}

/// Why a fiber stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FiberExit<V> {
    /// Its function returned.
    Done(V),
    /// It was [suspended](Vm::suspend), and can be resumed.
    Suspended,
}

impl<I: InstructionSet> Vm<I> {
    /// A new fiber, in which nothing runs.
    pub fn new_fiber(&mut self, limits: FiberLimits) -> FiberId {
        let stacks = self.driver.stacks_of(limits.slots, limits.depth);
        FiberId(self.driver.park(Parked::new(stacks)))
    }

    /// Drops a fiber, whatever it was doing.
    ///
    /// # Panics
    ///
    /// When it runs, or there is no such fiber.
    pub fn drop_fiber(&mut self, fiber: FiberId) {
        self.driver.unpark(fiber.0);
    }

    /// Calls a function in a fiber in which nothing runs, until it returns or is suspended.
    ///
    /// # Errors
    ///
    /// The error that the function threw, after which nothing runs in the fiber; see [`Vm::run`].
    ///
    /// # Panics
    ///
    /// When something runs in the fiber, or there is no such fiber; and as [`Vm::run`].
    pub fn start_fiber(
        &mut self,
        fiber: FiberId,
        callee: Callee,
        args: &[I::Value],
    ) -> Result<FiberExit<I::Value>, Thrown> {
        assert!(self.driver.is_idle(fiber.0), "something runs in the fiber");
        // SAFETY: a callee is a function of a loaded program: see `Machine::unload`.
        let function = unsafe { &*callee.0.cast::<Function>() };
        self.in_fiber(fiber, |vm| vm.run_function(function, args))
    }

    /// Goes on in a suspended fiber, behind the op that suspended it, until it returns or is suspended again. What that
    /// op should have done to its frame is up to the caller: see [`set_fiber_slot`](Self::set_fiber_slot).
    ///
    /// # Errors
    ///
    /// As [`start_fiber`](Self::start_fiber). When too many runs are under way for one more, the error is that, and the
    /// fiber stays as it was.
    ///
    /// # Panics
    ///
    /// When the fiber is not suspended, or there is no such fiber; and with a runtime function's panic.
    pub fn resume_fiber(&mut self, fiber: FiberId) -> Result<FiberExit<I::Value>, Thrown> {
        assert!(self.driver.is_suspended(fiber.0), "the fiber is not suspended");
        self.in_fiber(fiber, |vm| vm.run_on(false))
    }

    /// Throws an error into a suspended fiber, at the op that suspended it. The error is pending: see [`Vm::throw`].
    ///
    /// # Errors
    ///
    /// As [`resume_fiber`](Self::resume_fiber).
    ///
    /// # Panics
    ///
    /// As [`resume_fiber`](Self::resume_fiber).
    pub fn throw_into_fiber(&mut self, fiber: FiberId, error: Thrown) -> Result<FiberExit<I::Value>, Thrown> {
        assert!(self.driver.is_suspended(fiber.0), "the fiber is not suspended");
        let Thrown(()) = error;
        self.in_fiber(fiber, |vm| vm.run_on(true))
    }

    /// A slot of a suspended fiber's top frame.
    ///
    /// # Panics
    ///
    /// When the fiber is not suspended, or its stack has no such slot.
    pub fn fiber_slot(&self, fiber: FiberId, index: u32) -> I::Value {
        // SAFETY: the address is a slot of the fiber's stack.
        I::Value::from_bits(unsafe { *self.driver.parked_slot(fiber.0, index) })
    }

    /// Sets a slot of a suspended fiber's top frame: the result of the op that suspended it, for example.
    ///
    /// # Panics
    ///
    /// When the fiber is not suspended, or its stack has no such slot.
    pub fn set_fiber_slot(&mut self, fiber: FiberId, index: u32, value: I::Value) {
        // SAFETY: as above, and nothing refers to it.
        unsafe { *self.driver.parked_slot(fiber.0, index) = value.to_bits() };
    }

    /// The bits of everything on the value stack of a fiber that does not run, for a collector. One that started the
    /// fiber that runs, or resumed it, will do: it is also among the [stacks under way](Vm::stacks_under_way).
    ///
    /// # Panics
    ///
    /// When the fiber is the one that runs, or there is no such fiber.
    pub fn fiber_stack(&self, fiber: FiberId) -> &[u64] {
        self.driver.parked_values(fiber.0)
    }

    /// Sets the bits of every slot behind [those](Self::fiber_stack) to 0: see
    /// [`clear_behind_stacks`](Vm::clear_behind_stacks).
    ///
    /// # Panics
    ///
    /// When the fiber is the one that runs, or there is no such fiber.
    pub fn clear_behind_fiber_stack(&mut self, fiber: FiberId) {
        self.driver.clear_behind_parked_values(fiber.0);
    }

    /// Stops the fiber that runs, as soon as the running op has handed on what this returns; `None` when no fiber runs,
    /// or a run inside of it was started by [`Vm::run`]: that would be lost. What is thrown after this takes its place.
    pub fn suspend(&mut self) -> Option<Thrown> {
        if !self.can_suspend() {
            return None;
        }
        self.driver.wish = Some(Wish::Suspend);
        Some(Thrown(()))
    }

    /// Says whether [`suspend`](Self::suspend) can do it.
    pub fn can_suspend(&self) -> bool {
        self.driver.innermost_is_fiber()
    }

    fn in_fiber(
        &mut self,
        fiber: FiberId,
        run: impl FnOnce(&mut Self) -> Result<FiberExit<I::Value>, Thrown>,
    ) -> Result<FiberExit<I::Value>, Thrown> {
        let switched = Switched::to(self, fiber);
        run(switched.vm)
    }
}

/// The machine, working on the stacks of a fiber until this is dropped.
struct Switched<'a, I: InstructionSet> {
    vm: &'a mut Vm<I>,
    fiber_run: Option<u32>,
}

impl<'a, I: InstructionSet> Switched<'a, I> {
    fn to(vm: &'a mut Vm<I>, fiber: FiberId) -> Self {
        vm.core.frame = vm.driver.switch_to(fiber.0, vm.core.frame);
        vm.use_limits();
        let fiber_run = vm.driver.fiber_run.replace(vm.driver.nesting + 1);
        Switched { vm, fiber_run }
    }
}

impl<I: InstructionSet> Drop for Switched<'_, I> {
    fn drop(&mut self) {
        self.vm.core.frame = self.vm.driver.switch_back(self.vm.core.frame);
        self.vm.use_limits();
        self.vm.driver.fiber_run = self.fiber_run;
    }
}

impl<I: InstructionSet> Vm<I> {
    /// Makes the limits those of the current stacks.
    fn use_limits(&mut self) {
        let stacks = self.driver.stacks();
        (self.core.stack_limit, self.core.frame_limit) = (stacks.limit(), stacks.frame_limit());
    }

    /// The top frame is behind its op from here on.
    pub(crate) fn pass_op(&mut self) {
        let (op, _, pc) = self.top_op();
        let next = Pc(pc.0 + u32::from(op.len_units));
        // SAFETY: (2) of the driver's contract.
        unsafe { (*self.core.frame).pc = u64::from(next.0) };
    }
}
