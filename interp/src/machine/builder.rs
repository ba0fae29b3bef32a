//! The language's state, limits and a tier → a [`Machine`].

use std::fmt;
use std::ptr::NonNull;

use mimeo_def::frame::Core;

use super::{Limits, Machine};
use crate::driver::Driver;
use crate::instruction_set::assert_space;
use crate::stacks::Stacks;
use crate::tier::NativeTier;
use crate::{Account, Control, FiberLimits, InstructionSet, MemoryKind, OutOfMemory, Vm};

/// A builder for a [`Machine`], created by [`Machine::builder`].
///
/// It allocates nothing before [`build`](Self::build).
///
/// ```
/// use mimeo::{FiberLimits, Limits};
/// use mimeo_doc_ops::{Context, Host, Machine};
///
/// let machine = Machine::builder(Context::default(), Host { globals: vec![7], ..Host::default() })
///     .limits(Limits::default())
///     .first_size(FiberLimits::new().with_slots(1000))
///     .space("globals", 1)
///     .build();
/// assert_eq!(machine.vm().host.globals, [7]);
/// ```
pub struct MachineBuilder<I: InstructionSet> {
    pub(super) context: I::Context,
    pub(super) host: I::Host,
    pub(super) limits: Limits,
    pub(super) spaces: Vec<(&'static str, u32)>,
    pub(super) first_size: Option<FiberLimits>,
    pub(super) handlers_catch_stops: bool,
    pub(super) control: Control,
    pub(super) tier: Option<Box<dyn NativeTier<I>>>,
}

impl<I: InstructionSet> fmt::Debug for MachineBuilder<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MachineBuilder").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl<I: InstructionSet> MachineBuilder<I> {
    /// Sets the limits on the size of the machine's stacks and on how deeply its runs may nest.
    ///
    /// ```
    /// use mimeo::{Limits, Machine, TrapKind};
    /// use mimeo_doc_ops::{Context, Host, SUM, sample_program};
    ///
    /// let limits = Limits::default().with_slots(2);
    /// let mut machine = Machine::builder(Context::default(), Host::default()).limits(limits).build();
    /// let linked = machine.load(&sample_program())?;
    /// // The frame of `sum` has four slots.
    /// let trap = machine.call(linked.function(SUM), &[10]).unwrap_err();
    /// assert_eq!(trap.kind, TrapKind::StackOverflow);
    /// # Ok::<(), mimeo::LoadError>(())
    /// ```
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        MachineBuilder { limits, ..self }
    }

    /// Sets the number of elements of an index space, which ops use through `#[imm(in = space)]`. The machine refuses
    /// to load a program that was verified for more. A space that is not set has no elements.
    ///
    /// The memory that ops index must have at least this many elements for as long as the machine lives.
    ///
    /// # Panics
    ///
    /// If no op has an index into this space (test `an_index_space_that_no_op_uses_is_a_mistake`).
    ///
    /// ```
    /// use mimeo::def::Slot;
    /// use mimeo::{LoadError, Machine};
    /// use mimeo_doc_ops::{Assembler, Context, Host, ProgramBuilder};
    ///
    /// // `get_global` is declared as `fn get_global(vm: &mut Vm, #[imm(in = globals)] index: u32) -> i64`.
    /// let mut code = Assembler::new("last", 0, 1);
    /// code.get_global(Slot(0), 2);
    /// code.ret(Slot(0));
    /// let mut builder = ProgramBuilder::new();
    /// let last = builder.declare("last");
    /// builder.define(last, code.finish()?);
    /// builder.set_space("globals", 3);
    /// let program = builder.finish()?.verify()?;
    ///
    /// let host = Host { globals: vec![5, 6, 7], ..Host::default() };
    /// let mut machine = Machine::builder(Context::default(), host).space("globals", 3).build();
    /// let linked = machine.load(&program)?;
    /// assert_eq!(machine.call(linked.function(last), &[])?, 7);
    ///
    /// let mut machine = Machine::builder(Context::default(), Host::default()).build();
    /// let error = machine.load(&program).unwrap_err();
    /// assert_eq!(error, LoadError::SpaceTooSmall { space: "globals", program: 3, machine: 0 });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    #[track_caller]
    pub fn space(mut self, space: &'static str, len: u32) -> Self {
        assert_space::<I>(space);
        self.spaces.retain(|(name, _)| *name != space);
        self.spaces.push((space, len));
        self
    }

    /// Sets the initial size of all stacks, the machine's own and those of fibers. They move to larger memory when
    /// necessary, up to their limits. By default a fiber starts with 64 slots and 8 calls. The machine's own stack starts
    /// with its maximum size, of which the operating system commits only what is used, or, if [`Limits::memory`] is set,
    /// with 1,024 slots and 128 calls.
    ///
    /// Each move at least doubles the stack and copies its contents, so growth costs amortized O(1) for each slot. A
    /// language that keeps addresses of slots is notified: see
    /// [`TrustedOps::stack_moved`](crate::TrustedOps::stack_moved).
    ///
    /// ```
    /// use mimeo::{FiberLimits, Machine};
    /// use mimeo_doc_ops::{Context, DEPTH, Host, sample_program};
    ///
    /// let size = FiberLimits::new().with_slots(8).with_depth(2);
    /// let mut machine = Machine::builder(Context::default(), Host::default()).first_size(size).build();
    /// let depth = machine.load(&sample_program())?.function(DEPTH);
    /// assert_eq!(machine.call(depth, &[1000])?, 1000);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn first_size(self, size: FiberLimits) -> Self {
        MachineBuilder { first_size: Some(size), ..self }
    }

    /// Lets handlers catch the errors by which the host stops a program ([`TrapKind::is_stop`](crate::TrapKind::is_stop)),
    /// which by default they do not.
    ///
    /// ```
    /// use mimeo_doc_ops::{Context, Host, Machine, SAFE_DIVIDE, sample_program};
    ///
    /// let run = |caught| {
    ///     let mut machine =
    ///         Machine::builder(Context::default(), Host::default()).handlers_catch_stops(caught).build();
    ///     let linked = machine.load(&sample_program()).expect("the program needs no space");
    ///     // The second event is a call in the range of a handler.
    ///     machine.vm_mut().set_hook(2, |vm| {
    ///         vm.control().interrupt();
    ///         vm.check_interrupt()
    ///     });
    ///     machine.call(linked.function(SAFE_DIVIDE), &[7, 2]).map_err(|trap| trap.to_string())
    /// };
    /// assert!(run(false).is_err());
    /// assert_eq!(run(true), Ok(-1));
    /// ```
    #[must_use]
    pub fn handlers_catch_stops(self, caught: bool) -> Self {
        MachineBuilder { handlers_catch_stops: caught, ..self }
    }

    /// Gives the machine a native tier. Hosts use `mimeo::jit::WithJit::jit`, which creates one from a configuration.
    ///
    /// ```
    /// use mimeo::Machine;
    /// use mimeo::jit::{HasJit, Jit, JitConfig};
    /// use mimeo_doc_ops::{Context, Host, Ops};
    ///
    /// let jit = Jit::<Ops>::new(JitConfig::default());
    /// let machine = Machine::builder(Context::default(), Host::default()).tier(Box::new(jit)).build();
    /// assert!(machine.jit().is_some());
    /// ```
    #[must_use]
    pub fn tier(self, tier: Box<dyn NativeTier<I>>) -> Self {
        MachineBuilder { tier: Some(tier), ..self }
    }

    /// Makes this the handle that interrupts the machine, instead of a new one. Several machines can share one.
    ///
    /// ```
    /// use mimeo::{Control, TrapKind};
    /// use mimeo_doc_ops::{Context, Host, Machine, SUM, sample_program};
    ///
    /// let control = Control::default();
    /// let mut machine = Machine::builder(Context::default(), Host::default()).control(control.clone()).build();
    /// let linked = machine.load(&sample_program())?;
    /// control.interrupt();
    /// assert_eq!(machine.call(linked.function(SUM), &[10]).unwrap_err().kind, TrapKind::Interrupted);
    /// # Ok::<(), mimeo::LoadError>(())
    /// ```
    #[must_use]
    pub fn control(self, control: Control) -> Self {
        MachineBuilder { control, ..self }
    }

    /// Builds the machine.
    ///
    /// # Panics
    ///
    /// If there is not enough memory for its stacks (test `a_machine_without_memory_for_its_stacks_panics`).
    ///
    /// ```
    /// use mimeo::{Limits, Machine};
    /// use mimeo_doc_ops::{Context, Host, Ops};
    ///
    /// let machine: Machine<Ops> = Machine::builder(Context::default(), Host::default()).build();
    /// assert_eq!(machine.vm().room(), Limits::default().slots);
    /// ```
    pub fn build(self) -> Machine<I> {
        let Limits { slots, depth, memory, .. } = self.limits;
        let max = FiberLimits { slots, depth };
        let first = if memory.is_some() { FiberLimits::FIRST_LIMITED } else { max };
        // The limit does not apply to what every machine needs.
        let account = Account::new(None);
        let mut tier = self.tier;
        let events_per_sample = tier.as_ref().and_then(|tier| tier.events_per_sample());
        if let Some(tier) = &mut tier {
            tier.attach(&account);
        }
        let stacks = Stacks::new(self.first_size.unwrap_or(first).within(max), max, &account, MemoryKind::Stacks);
        let driver = stacks.and_then(|stacks| Driver::new(stacks, self.limits, tier, account.clone()));
        let mut driver = driver.unwrap_or_else(|OutOfMemory| panic!("not enough memory for stacks of {slots} slots"));
        driver.spaces = self.spaces;
        driver.handlers_catch_stops = self.handlers_catch_stops;
        driver.budget.control = self.control;
        if let Some(events) = events_per_sample {
            driver.budget.mean_quantum = events.max(1);
        }
        driver.budget.next_quantum();
        let budget = driver.budget.arm();
        driver.first_fiber_size = self.first_size.unwrap_or(FiberLimits::FIRST);
        let core = Core {
            frame: driver.stacks().host_frame(),
            // `use_limits` below.
            stack_limit: std::ptr::null_mut(),
            frame_limit: std::ptr::null_mut(),
            exit: 0,
            budget,
            return_marker: driver.markers.ret,
            finish_marker: driver.markers.finish,
            fault: 0,
            exit_before: 0,
            fault_callee: std::ptr::null(),
            fault_base: std::ptr::null_mut(),
            moves: 0,
        };
        let mut vm = Vm::boxed(self.context, self.host, core, driver);
        vm.use_limits();
        account.set_limit(memory);
        Machine { vm: NonNull::from(Box::leak(vm)) }
    }
}
