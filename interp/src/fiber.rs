//! Fibers: runs on separate stacks, which can be suspended and resumed. Languages implement coroutines with them.
//!
//! Contract of this island: that of the driver.

use std::fmt;
use std::marker::PhantomData;

use mimeo_def::Pc;

use crate::callable::find;
use crate::places::Key;
use crate::reference::named_by;
use crate::request::RequestKind;
use crate::{Callable, InstructionSet, OutOfMemory, Thrown, TrapKind, Value, Vm};

/// A handle to a fiber of a machine.
///
/// The handle does not keep the fiber alive: it is valid in its machine until the fiber is dropped, and every other use
/// fails with [`FiberError::Dropped`]. A fiber that is never dropped explicitly lives as long as its machine. The
/// handle is `Copy`, `Send` and `Sync`, and each use costs one lookup in an array.
///
/// ```
/// use mimeo::{FiberError, FiberLimits};
/// use mimeo_doc_ops::{FiberRef, new_machine};
///
/// let mut machine = new_machine();
/// let vm = machine.vm_mut();
/// let fiber: FiberRef = vm.new_fiber(FiberLimits::new()).expect("there is memory");
/// assert_eq!(vm.drop_fiber(fiber), Ok(()));
/// assert_eq!(vm.drop_fiber(fiber), Err(FiberError::Dropped));
/// ```
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

/// The reason why an operation on a fiber was refused.
///
/// ```
/// use mimeo::{FiberError, FiberLimits};
/// use mimeo_doc_ops::new_machine;
///
/// let mut machine = new_machine();
/// let vm = machine.vm_mut();
/// let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
/// assert_eq!(vm.fiber_slot(fiber, 0), Err(FiberError::NotSuspended));
/// assert_eq!(FiberError::NotSuspended.to_string(), "the fiber is not suspended");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FiberError {
    /// The fiber was dropped, or belongs to another machine.
    Dropped,
    /// The fiber is running, or has resumed another fiber that is.
    Running,
    /// A function is suspended in the fiber, but the operation needs an empty fiber.
    Suspended,
    /// Nothing is suspended in the fiber.
    NotSuspended,
    /// The slot is beyond the end of the fiber's value stack.
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

/// Limits on the size of a fiber's stacks.
///
/// A fiber starts with a stack of a few hundred bytes, which moves to larger memory when necessary.
/// [`MachineBuilder::first_size`] sets the initial size.
///
/// [`MachineBuilder::first_size`]: crate::MachineBuilder::first_size
///
/// ```
/// use mimeo::{FiberLimits, TrapKind};
/// use mimeo_doc_ops::{DEPTH, sample_machine};
///
/// let (mut machine, linked) = sample_machine();
/// let vm = machine.vm_mut();
/// let fiber = vm.new_fiber(FiberLimits::new().with_depth(10)).expect("there is memory");
/// let thrown = vm.start_fiber(fiber, linked.function(DEPTH), &[10]).unwrap_err();
/// assert_eq!(vm.catch(thrown).kind, TrapKind::StackOverflow);
/// ```
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
    /// Returns the default: 1 Mi slots and 200,000 calls. See [`FiberLimits`] for an example.
    pub const fn new() -> FiberLimits {
        FiberLimits { slots: 1 << 20, depth: 200_000 }
    }

    /// Sets [`slots`](Self::slots). See [`FiberLimits`] for an example.
    #[must_use]
    pub const fn with_slots(mut self, slots: u32) -> FiberLimits {
        self.slots = slots;
        self
    }

    /// Sets [`depth`](Self::depth). See [`FiberLimits`] for an example.
    #[must_use]
    pub const fn with_depth(mut self, depth: u32) -> FiberLimits {
        self.depth = depth;
        self
    }

    /// The initial size of fibers unless the host sets another one. Most coroutines call only a few functions.
    pub(crate) const FIRST: FiberLimits = FiberLimits { slots: 64, depth: 8 };

    /// The initial size of the machine's own stacks if there is a limit on memory.
    pub(crate) const FIRST_LIMITED: FiberLimits = FiberLimits { slots: 1024, depth: 128 };

    /// Returns the smaller of each limit.
    pub(crate) fn within(self, max: FiberLimits) -> FiberLimits {
        FiberLimits { slots: self.slots.min(max.slots), depth: self.depth.min(max.depth) }
    }
}

/// The reason why a fiber stopped.
///
/// ```
/// use mimeo::{FiberExit, FiberLimits};
/// use mimeo_doc_ops::{DOUBLE, YIELD, sample_machine};
///
/// let (mut machine, linked) = sample_machine();
/// let vm = machine.vm_mut();
/// let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
/// assert_eq!(vm.start_fiber(fiber, linked.function(DOUBLE), &[4]).unwrap(), FiberExit::Done(8));
/// assert_eq!(vm.start_fiber(fiber, linked.function(YIELD), &[4]).unwrap(), FiberExit::Suspended);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FiberExit<V> {
    /// Its function returned.
    Done(V),
    /// It was [suspended](Vm::suspend) and can be resumed.
    Suspended,
}

impl<V> FiberExit<V> {
    /// Returns the result of a run that is not a fiber's.
    pub(crate) fn of_callback(self) -> V {
        match self {
            FiberExit::Done(value) => value,
            FiberExit::Suspended => unreachable!("`suspend` refuses in a run that is not a fiber's"),
        }
    }
}

impl<I: InstructionSet> Vm<I> {
    /// Creates a fiber in which nothing runs yet. Its stack is small and grows as it is used.
    ///
    /// # Errors
    ///
    /// [`OutOfMemory`](TrapKind::OutOfMemory) if there is not enough memory for its stacks, even after the language has
    /// [freed some](Self::set_reclaim).
    ///
    /// ```
    /// use mimeo::FiberLimits;
    /// use mimeo_doc_ops::new_machine;
    ///
    /// let mut machine = new_machine();
    /// let fiber = machine.vm_mut().new_fiber(FiberLimits::new()).expect("there is memory");
    /// assert!(machine.vm().fiber_stack(fiber).unwrap().is_empty());
    /// ```
    pub fn new_fiber(&mut self, limits: FiberLimits) -> Result<FiberRef<I>, Thrown> {
        let mut added = self.driver.add_fiber(limits);
        if added.is_err() {
            self.reclaim(None, std::iter::empty());
            added = self.driver.add_fiber(limits);
        }
        added.map_err(|OutOfMemory| self.throw_kind(TrapKind::OutOfMemory))
    }

    /// Drops a fiber and frees its stack, even if a function is suspended in it.
    ///
    /// # Errors
    ///
    /// If the fiber is running, or no longer exists.
    ///
    /// ```
    /// use mimeo::FiberLimits;
    /// use mimeo_doc_ops::{YIELD, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
    /// vm.start_fiber(fiber, linked.function(YIELD), &[4]).unwrap();
    /// assert_eq!(vm.drop_fiber(fiber), Ok(()));
    /// ```
    pub fn drop_fiber(&mut self, fiber: FiberRef<I>) -> Result<(), FiberError> {
        self.driver.drop_fiber(fiber)
    }

    /// Calls a function in a fiber in which nothing runs. It runs until the function returns or is suspended.
    ///
    /// # Errors
    ///
    /// The error that the function threw, after which nothing runs in the fiber; the errors of [`Vm::run`]; and
    /// [`TrapKind::Fiber`] if a function runs or is suspended in the fiber, or the fiber no longer exists.
    ///
    /// # Panics
    ///
    /// Resumes the panic of a runtime function (test `a_panic_in_a_fiber_reaches_the_host`).
    ///
    /// ```
    /// use mimeo::{FiberExit, FiberLimits};
    /// use mimeo_doc_ops::{YIELD, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
    /// let exit = vm.start_fiber(fiber, linked.function(YIELD), &[4]).unwrap();
    /// assert_eq!(exit, FiberExit::Suspended);
    /// assert_eq!(vm.host.printed, [4], "what the fiber was suspended with");
    /// ```
    pub fn start_fiber(
        &mut self,
        fiber: FiberRef<I>,
        function: impl Callable<I>,
        args: &[I::Value],
    ) -> Result<FiberExit<I::Value>, Thrown> {
        let function = find(self, function);
        let index = self.driver.startable(fiber).map_err(|error| self.throw_kind(TrapKind::Fiber(error)))?;
        self.in_fiber(index, |vm| vm.run_function(function, args))
    }

    /// Resumes a suspended fiber after the op that suspended it. It runs until the fiber's function returns or is
    /// suspended again. The caller first writes that op's results: see [`set_fiber_slot`](Self::set_fiber_slot).
    ///
    /// # Errors
    ///
    /// The errors of [`start_fiber`](Self::start_fiber), and [`FiberError::NotSuspended`]. If too many runs are already
    /// active, the error is [`TrapKind::Nesting`] and the fiber stays suspended.
    ///
    /// # Panics
    ///
    /// Resumes the panic of a runtime function (test `a_panic_in_a_fiber_reaches_the_host`).
    ///
    /// ```
    /// use mimeo::{FiberExit, FiberLimits};
    /// use mimeo_doc_ops::{YIELD, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
    /// vm.start_fiber(fiber, linked.function(YIELD), &[4]).unwrap();
    /// // The result of the op `suspend` is in slot 1, which the function returns.
    /// vm.set_fiber_slot(fiber, 1, 40)?;
    /// assert_eq!(vm.resume_fiber(fiber).unwrap(), FiberExit::Done(40));
    /// # Ok::<(), mimeo::FiberError>(())
    /// ```
    pub fn resume_fiber(&mut self, fiber: FiberRef<I>) -> Result<FiberExit<I::Value>, Thrown> {
        self.resume_fiber_with(fiber, 0, &[])
    }

    /// Sets slots of a suspended fiber's top frame, from `first` on, and resumes the fiber. It does what
    /// [`set_fiber_slot`](Self::set_fiber_slot) and [`resume_fiber`](Self::resume_fiber) do, in less time.
    ///
    /// # Errors
    ///
    /// The errors of [`resume_fiber`](Self::resume_fiber), and those of [`ensure_slots`](Self::ensure_slots) for the
    /// fiber's stack, after which the fiber stays suspended.
    ///
    /// # Panics
    ///
    /// Resumes the panic of a runtime function (test `a_panic_in_a_fiber_reaches_the_host`).
    ///
    /// ```
    /// use mimeo::{FiberExit, FiberLimits};
    /// use mimeo_doc_ops::{YIELD, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
    /// vm.start_fiber(fiber, linked.function(YIELD), &[4]).unwrap();
    /// assert_eq!(vm.resume_fiber_with(fiber, 1, &[40]).unwrap(), FiberExit::Done(40));
    /// ```
    pub fn resume_fiber_with(
        &mut self,
        fiber: FiberRef<I>,
        first: u32,
        values: &[I::Value],
    ) -> Result<FiberExit<I::Value>, Thrown> {
        let index = self.driver.resumable(fiber).map_err(|error| self.throw_kind(TrapKind::Fiber(error)))?;
        self.in_fiber(index, |vm| {
            let end = u32::try_from(values.len()).ok().and_then(|count| first.checked_add(count));
            vm.ensure_slots(end.unwrap_or(u32::MAX))?;
            vm.set_slots(first, values);
            vm.resume_suspended(false)
        })
    }

    /// Throws an error into a suspended fiber, at the op that suspended it. The error is the pending one: see
    /// [`Vm::throw`].
    ///
    /// # Errors
    ///
    /// The errors of [`resume_fiber`](Self::resume_fiber).
    ///
    /// # Panics
    ///
    /// Resumes the panic of a runtime function, and panics if the error is not the pending one (test
    /// `a_panic_in_a_fiber_reaches_the_host`).
    ///
    /// ```
    /// use mimeo::FiberLimits;
    /// use mimeo_doc_ops::{YIELD, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
    /// vm.start_fiber(fiber, linked.function(YIELD), &[4]).unwrap();
    /// let error = vm.throw("stop");
    /// let thrown = vm.throw_into_fiber(fiber, error).unwrap_err();
    /// assert_eq!(vm.catch(thrown).backtrace.frames[0].function, "yield");
    /// ```
    pub fn throw_into_fiber(&mut self, fiber: FiberRef<I>, error: Thrown) -> Result<FiberExit<I::Value>, Thrown> {
        self.check_thrown(&error);
        let index = self.driver.resumable(fiber).map_err(|error| self.throw_kind(TrapKind::Fiber(error)))?;
        self.in_fiber(index, |vm| vm.resume_suspended(true))
    }

    /// Returns a slot of a suspended fiber's top frame.
    ///
    /// # Errors
    ///
    /// If the fiber is not suspended, or its stack has no such slot.
    ///
    /// ```
    /// use mimeo::{FiberError, FiberLimits};
    /// use mimeo_doc_ops::{YIELD, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// let fiber = vm.new_fiber(FiberLimits::new().with_slots(1000)).expect("there is memory");
    /// vm.start_fiber(fiber, linked.function(YIELD), &[4]).unwrap();
    /// assert_eq!(vm.fiber_slot(fiber, 0), Ok(4));
    /// assert_eq!(vm.fiber_slot(fiber, 1000), Err(FiberError::NoSuchSlot(1000)));
    /// ```
    pub fn fiber_slot(&self, fiber: FiberRef<I>, index: u32) -> Result<I::Value, FiberError> {
        let slot = self.driver.fiber_slot(fiber, index)?;
        // SAFETY: the address is a slot of the fiber's stack; a slot beyond its current end reads as 0, as on a new
        // stack.
        Ok(unsafe { I::Value::from_bits(slot.map_or(0, |slot| *slot)) })
    }

    /// Sets a slot of a suspended fiber's top frame, for example the result of the op that suspended it. See
    /// [`resume_fiber`](Self::resume_fiber). Moves the fiber's stack to larger memory if the slot is beyond its current
    /// end.
    ///
    /// # Errors
    ///
    /// If the fiber is not suspended, or the slot is beyond the end of its stack and the stack cannot grow that far.
    ///
    /// ```
    /// use mimeo::{FiberError, FiberLimits};
    /// use mimeo_doc_ops::{YIELD, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
    /// assert_eq!(vm.set_fiber_slot(fiber, 1, 40), Err(FiberError::NotSuspended));
    /// vm.start_fiber(fiber, linked.function(YIELD), &[4]).unwrap();
    /// assert_eq!(vm.set_fiber_slot(fiber, 1, 40), Ok(()));
    /// assert_eq!(vm.fiber_slot(fiber, 1), Ok(40));
    /// ```
    pub fn set_fiber_slot(&mut self, fiber: FiberRef<I>, index: u32, value: I::Value) -> Result<(), FiberError> {
        match self.driver.fiber_slot(fiber, index)? {
            // SAFETY: as above, and no reference to it exists.
            Some(slot) => unsafe { *slot = value.to_bits() },
            None => {
                let place = self.driver.resumable(fiber)?;
                let switched = Switched::to(self, place);
                if switched.vm.ensure_room_for(index).is_err() {
                    return Err(FiberError::NoSuchSlot(index));
                }
                switched.vm.set_slot(index, value);
            }
        }
        Ok(())
    }

    /// Returns the bits of all values on the stack of a fiber that is not running, for a garbage collector. The fiber
    /// may have started or resumed the running one; its stack is then also among the [active
    /// stacks](Vm::active_stacks).
    ///
    /// # Errors
    ///
    /// If the fiber is the running one, or no longer exists.
    ///
    /// ```
    /// use mimeo::FiberLimits;
    /// use mimeo_doc_ops::{YIELD, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
    /// vm.start_fiber(fiber, linked.function(YIELD), &[4]).unwrap();
    /// // The frame of `yield` has two slots.
    /// assert_eq!(vm.fiber_stack(fiber)?, [4, 0]);
    /// # Ok::<(), mimeo::FiberError>(())
    /// ```
    pub fn fiber_stack(&self, fiber: FiberRef<I>) -> Result<&[u64], FiberError> {
        self.driver.fiber_values(fiber)
    }

    /// Sets the bits of every slot after [the fiber's stack](Self::fiber_stack) to 0: see
    /// [`clear_after_stacks`](Vm::clear_after_stacks).
    ///
    /// # Errors
    ///
    /// If the fiber is the running one, or no longer exists.
    ///
    /// ```
    /// use mimeo::FiberLimits;
    /// use mimeo_doc_ops::{YIELD, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
    /// vm.start_fiber(fiber, linked.function(YIELD), &[4]).unwrap();
    /// vm.set_fiber_slot(fiber, 7, 40)?;
    /// vm.clear_after_fiber_stack(fiber)?;
    /// assert_eq!((vm.fiber_slot(fiber, 0)?, vm.fiber_slot(fiber, 7)?), (4, 0));
    /// # Ok::<(), mimeo::FiberError>(())
    /// ```
    pub fn clear_after_fiber_stack(&mut self, fiber: FiberRef<I>) -> Result<(), FiberError> {
        self.driver.clear_after_fiber_values(fiber)
    }

    /// Returns the bits of all values on the stacks of all fibers that are not running, for a garbage collector for
    /// which every fiber is in use. With the [active stacks](Vm::active_stacks), these are all values on stacks; those
    /// of fibers that have resumed another one are in both.
    ///
    /// ```
    /// use mimeo::FiberLimits;
    /// use mimeo_doc_ops::{YIELD, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
    /// vm.start_fiber(fiber, linked.function(YIELD), &[4]).unwrap();
    /// assert_eq!(vm.idle_stacks().collect::<Vec<_>>(), [[4, 0]]);
    /// ```
    pub fn idle_stacks(&self) -> impl Iterator<Item = &[u64]> {
        self.driver.idle_values()
    }

    /// Sets the bits of every slot after the [idle stacks](Self::idle_stacks) to 0: see
    /// [`clear_after_stacks`](Vm::clear_after_stacks).
    ///
    /// ```
    /// use mimeo::FiberLimits;
    /// use mimeo_doc_ops::{YIELD, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
    /// vm.start_fiber(fiber, linked.function(YIELD), &[4]).unwrap();
    /// vm.set_fiber_slot(fiber, 7, 40)?;
    /// vm.clear_after_idle_stacks();
    /// assert_eq!((vm.fiber_slot(fiber, 0)?, vm.fiber_slot(fiber, 7)?), (4, 0));
    /// # Ok::<(), mimeo::FiberError>(())
    /// ```
    pub fn clear_after_idle_stacks(&mut self) {
        self.driver.clear_after_idle_values();
    }

    /// Requests that the running fiber be suspended once the running op returns the [`Thrown`] that this method
    /// returns. Returns `None` if no fiber is running, or if the innermost run in it was started by [`Vm::run`],
    /// because that run would be lost. If the op throws an error afterwards, the error replaces the request.
    ///
    /// The runtime function of the examples' op `suspend` is written like this:
    ///
    /// ```
    /// use mimeo::{FiberExit, FiberLimits, Thrown};
    /// use mimeo_doc_ops::{ASK, Vm, in_op, sample_machine};
    ///
    /// fn suspend(vm: &mut Vm) -> Result<i64, Thrown> {
    ///     match vm.suspend() {
    ///         Some(thrown) => Err(thrown),
    ///         None => Err(vm.throw("no fiber is running")),
    ///     }
    /// }
    ///
    /// assert_eq!(in_op([3, 4], |vm, _| suspend(vm)).unwrap_err().to_string(), "no fiber is running");
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// vm.host.ask = Some(std::rc::Rc::new(|vm, _| suspend(vm)));
    /// let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
    /// assert_eq!(vm.start_fiber(fiber, linked.function(ASK), &[3, 4]).unwrap(), FiberExit::Suspended);
    /// ```
    pub fn suspend(&mut self) -> Option<Thrown> {
        self.can_suspend().then(|| self.make_request(RequestKind::Suspend))
    }

    /// Returns `true` if [`suspend`](Self::suspend) would suspend a fiber.
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// assert_eq!(in_op([3, 4], |vm, _| Ok(vm.can_suspend().into())), Ok(0), "the host called, not a fiber");
    /// ```
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

/// A guard that switches the machine to the stacks of a fiber until it is dropped.
struct Switched<'a, I: InstructionSet> {
    vm: &'a mut Vm<I>,
    fiber_run: Option<usize>,
}

impl<'a, I: InstructionSet> Switched<'a, I> {
    #[inline]
    fn to(vm: &'a mut Vm<I>, index: u32) -> Self {
        vm.core.frame = vm.driver.switch_to(index, vm.core.frame);
        vm.use_limits();
        let fiber_run = vm.driver.fiber_run.replace(vm.driver.nesting() + 1);
        Switched { vm, fiber_run }
    }
}

impl<I: InstructionSet> Drop for Switched<'_, I> {
    #[inline]
    fn drop(&mut self) {
        self.vm.core.frame = self.vm.driver.switch_back(self.vm.core.frame);
        self.vm.use_limits();
        self.vm.driver.fiber_run = self.fiber_run;
    }
}

impl<I: InstructionSet> Vm<I> {
    /// Advances the top frame past its op.
    pub(crate) fn pass_op(&mut self) {
        let (op, _, pc) = self.top_op().expect("a function is on top");
        let next = Pc(pc.0 + u32::from(op.len_units));
        // SAFETY: (2) of the driver's contract.
        unsafe { (*self.core.frame).pc = u64::from(next.0) };
    }
}
