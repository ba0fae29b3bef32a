//! Fibers: runs on stacks of their own, which stop in the middle and are resumed later. Coroutines are made of them.
//!
//! Contract of this island: that of the driver's.

use std::fmt;
use std::marker::PhantomData;

use mimeo_def::Pc;

use crate::callable::find;
use crate::driver::Parked;
use crate::places::Key;
use crate::reference::named_by;
use crate::request::RequestKind;
use crate::{Callable, InstructionSet, Thrown, TrapKind, Value, Vm};

/// A fiber of one machine.
///
/// It names the fiber and does not keep it: once the fiber is dropped, or in another machine, every use of the reference
/// is refused with [`FiberError::Dropped`].
pub struct FiberRef<I> {
    pub(crate) key: Key,
    marker: PhantomData<fn() -> I>,
}

named_by!(FiberRef: key);

impl<I> FiberRef<I> {
    pub(crate) fn new(key: Key) -> Self {
        FiberRef { key, marker: PhantomData }
    }
}

/// Why nothing was done with a fiber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FiberError {
    /// The fiber was dropped, or belongs to another machine.
    Dropped,
    /// The fiber is running, or has resumed another one that is.
    Running,
    /// A function is suspended in the fiber, in which nothing may be.
    Suspended,
    /// Nothing is suspended in the fiber.
    NotSuspended,
    /// The fiber's value stack ends before this slot.
    NoSuchSlot(u32),
}

impl fmt::Display for FiberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FiberError::Dropped => f.write_str("the fiber was dropped"),
            FiberError::Running => f.write_str("the fiber is running"),
            FiberError::Suspended => f.write_str("the fiber is suspended"),
            FiberError::NotSuspended => f.write_str("the fiber is not suspended"),
            FiberError::NoSuchSlot(slot) => write!(f, "the fiber's stack has no slot {slot}"),
        }
    }
}

impl std::error::Error for FiberError {}

/// How deep and how wide a fiber may get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FiberLimits {
    /// Slots of its value stack.
    pub slots: u32,
    /// Calls active at once.
    pub depth: u32,
}

impl Default for FiberLimits {
    fn default() -> Self {
        FiberLimits::new()
    }
}

impl FiberLimits {
    /// 1 Mi slots and 200,000 calls.
    pub const fn new() -> FiberLimits {
        FiberLimits { slots: 1 << 20, depth: 200_000 }
    }

    /// Sets [`slots`](Self::slots).
    #[must_use]
    pub const fn with_slots(mut self, slots: u32) -> FiberLimits {
        self.slots = slots;
        self
    }

    /// Sets [`depth`](Self::depth).
    #[must_use]
    pub const fn with_depth(mut self, depth: u32) -> FiberLimits {
        self.depth = depth;
        self
    }

    /// The smaller of each.
    pub(crate) fn within(self, most: FiberLimits) -> FiberLimits {
        FiberLimits { slots: self.slots.min(most.slots), depth: self.depth.min(most.depth) }
    }
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
    ///
    /// # Errors
    ///
    /// [`OutOfMemory`](TrapKind::OutOfMemory), when there is no memory for its stacks.
    pub fn new_fiber(&mut self, limits: FiberLimits) -> Result<FiberRef<I>, Thrown> {
        match self.driver.stacks_of(limits) {
            Some(stacks) => Ok(self.driver.park(Parked::new(stacks))),
            None => Err(self.throw_kind(TrapKind::OutOfMemory)),
        }
    }

    /// Drops a fiber, whatever it was doing.
    ///
    /// # Errors
    ///
    /// When it runs, or there is no such fiber.
    pub fn drop_fiber(&mut self, fiber: FiberRef<I>) -> Result<(), FiberError> {
        self.driver.unpark(fiber)
    }

    /// Calls a function in a fiber in which nothing runs, until it returns or is suspended.
    ///
    /// # Errors
    ///
    /// The error that the function threw, after which nothing runs in the fiber; as [`Vm::run`]; and
    /// [`TrapKind::Fiber`] when something runs or is suspended in the fiber, or there is no such fiber.
    ///
    /// # Panics
    ///
    /// As [`Vm::run`].
    pub fn start_fiber(
        &mut self,
        fiber: FiberRef<I>,
        function: impl Callable<I>,
        args: &[I::Value],
    ) -> Result<FiberExit<I::Value>, Thrown> {
        let function = find(self, function);
        let index = self.driver.idle(fiber).map_err(|error| self.throw_kind(TrapKind::Fiber(error)))?;
        self.in_fiber(index, |vm| vm.run_function(function, args))
    }

    /// Resumes a suspended fiber after the op that suspended it, until it returns or is suspended again. What that op
    /// should have done to its frame is up to the caller: see [`set_fiber_slot`](Self::set_fiber_slot).
    ///
    /// # Errors
    ///
    /// As [`start_fiber`](Self::start_fiber), and [`FiberError::NotSuspended`]. When too many runs are active for one
    /// more, the error is [`TrapKind::Nesting`], and the fiber stays as it was.
    ///
    /// # Panics
    ///
    /// With a runtime function's panic.
    pub fn resume_fiber(&mut self, fiber: FiberRef<I>) -> Result<FiberExit<I::Value>, Thrown> {
        let index = self.driver.suspended(fiber).map_err(|error| self.throw_kind(TrapKind::Fiber(error)))?;
        self.in_fiber(index, |vm| vm.run_on(false))
    }

    /// Throws an error into a suspended fiber, at the op that suspended it. The error is pending: see [`Vm::throw`].
    ///
    /// # Errors
    ///
    /// As [`resume_fiber`](Self::resume_fiber).
    ///
    /// # Panics
    ///
    /// As [`resume_fiber`](Self::resume_fiber); and when the error is not the pending one.
    pub fn throw_into_fiber(&mut self, fiber: FiberRef<I>, error: Thrown) -> Result<FiberExit<I::Value>, Thrown> {
        self.check_thrown(&error);
        let index = self.driver.suspended(fiber).map_err(|error| self.throw_kind(TrapKind::Fiber(error)))?;
        self.in_fiber(index, |vm| vm.run_on(true))
    }

    /// A slot of a suspended fiber's top frame.
    ///
    /// # Errors
    ///
    /// When the fiber is not suspended, or its stack has no such slot.
    pub fn fiber_slot(&self, fiber: FiberRef<I>, index: u32) -> Result<I::Value, FiberError> {
        let slot = self.driver.parked_slot(fiber, index)?;
        // SAFETY: the address is a slot of the fiber's stack.
        Ok(unsafe { I::Value::from_bits(*slot) })
    }

    /// Sets a slot of a suspended fiber's top frame: the result of the op that suspended it, for example.
    ///
    /// # Errors
    ///
    /// When the fiber is not suspended, or its stack has no such slot.
    pub fn set_fiber_slot(&mut self, fiber: FiberRef<I>, index: u32, value: I::Value) -> Result<(), FiberError> {
        let slot = self.driver.parked_slot(fiber, index)?;
        // SAFETY: as above, and nothing refers to it.
        unsafe { *slot = value.to_bits() };
        Ok(())
    }

    /// The bits of everything on the value stack of a fiber that does not run, for a collector. One that started the
    /// fiber that runs, or resumed it, will do: it is also among the [active stacks](Vm::active_stacks).
    ///
    /// # Errors
    ///
    /// When the fiber is the one that runs, or there is no such fiber.
    pub fn fiber_stack(&self, fiber: FiberRef<I>) -> Result<&[u64], FiberError> {
        self.driver.parked_values(fiber)
    }

    /// Sets the bits of every slot after [those](Self::fiber_stack) to 0: see
    /// [`clear_after_stacks`](Vm::clear_after_stacks).
    ///
    /// # Errors
    ///
    /// When the fiber is the one that runs, or there is no such fiber.
    pub fn clear_after_fiber_stack(&mut self, fiber: FiberRef<I>) -> Result<(), FiberError> {
        self.driver.clear_after_parked_values(fiber)
    }

    /// Stops the fiber that runs, as soon as the running op has returned what this returns; `None` when no fiber runs,
    /// or a run inside of it was started by [`Vm::run`]: that would be lost. What is thrown after this takes its place.
    pub fn suspend(&mut self) -> Option<Thrown> {
        self.can_suspend().then(|| self.make_request(RequestKind::Suspend))
    }

    /// Whether [`suspend`](Self::suspend) can do it.
    pub fn can_suspend(&self) -> bool {
        self.driver.innermost_is_fiber()
    }

    fn in_fiber(
        &mut self,
        index: u32,
        run: impl FnOnce(&mut Self) -> Result<FiberExit<I::Value>, Thrown>,
    ) -> Result<FiberExit<I::Value>, Thrown> {
        let switched = Switched::to(self, index);
        run(switched.vm)
    }
}

/// The machine, working on the stacks of a fiber until this is dropped.
struct Switched<'a, I: InstructionSet> {
    vm: &'a mut Vm<I>,
    fiber_run: Option<usize>,
}

impl<'a, I: InstructionSet> Switched<'a, I> {
    fn to(vm: &'a mut Vm<I>, index: u32) -> Self {
        vm.core.frame = vm.driver.switch_to(index, vm.core.frame);
        vm.use_limits();
        let fiber_run = vm.driver.fiber_run.replace(vm.driver.nesting() + 1);
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
    /// The top frame is after its op from here on.
    pub(crate) fn pass_op(&mut self) {
        let (op, _, pc) = self.top_op().expect("a function is on top");
        let next = Pc(pc.0 + u32::from(op.len_units));
        // SAFETY: (2) of the driver's contract.
        unsafe { (*self.core.frame).pc = u64::from(next.0) };
    }
}
