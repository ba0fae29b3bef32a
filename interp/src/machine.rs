//! [`Machine`]: a language's state with loaded programs, stacks and tiers, as the host sees it.

mod single;

use std::fmt;
use std::ptr::NonNull;

use mimeo_def::frame::Core;

use crate::asm::FunctionIndex;
use crate::driver::Driver;
use crate::program::{Program, Verified};
use crate::stacks::Stacks;
use crate::tier::NativeTier;
use crate::{FiberLimits, Function, FunctionRef, InstructionSet, Linked, LoadError, NotLoaded, Trap, Vm};

pub use single::{OpRun, Went};

/// How deep and how wide a program may get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Slots of the value stack.
    pub slots: u32,
    /// Calls active at once.
    pub depth: u32,
    /// Runs active at once, one inside the other: [`Machine::call`] is one, each [`Vm::run`] in it one more. Each
    /// takes some hundred bytes of the native stack, and what the runtime function takes.
    pub nesting: u32,
}

impl Default for Limits {
    /// 4 Mi slots (32 MiB of address space), 200,000 calls, 200 runs.
    fn default() -> Self {
        Limits { slots: 4 << 20, depth: 200_000, nesting: 200 }
    }
}

impl Limits {
    /// Sets [`slots`](Self::slots).
    #[must_use]
    pub fn with_slots(mut self, slots: u32) -> Limits {
        self.slots = slots;
        self
    }

    /// Sets [`depth`](Self::depth).
    #[must_use]
    pub fn with_depth(mut self, depth: u32) -> Limits {
        self.depth = depth;
        self
    }

    /// Sets [`nesting`](Self::nesting).
    #[must_use]
    pub fn with_nesting(mut self, nesting: u32) -> Limits {
        self.nesting = nesting;
        self
    }
}

/// A machine for one language: its state, the loaded programs, and the tiers that run them.
///
/// A machine stays in its thread, as does what it hands out: inline-cache cells and the records of functions are shared
/// without a lock.
///
/// ```compile_fail,E0277
/// fn in_another_thread<I: mimeo_interp::InstructionSet>(machine: &mut mimeo_interp::Machine<I>) {
///     std::thread::scope(|scope| drop(scope.spawn(|| _ = machine.vm_mut())));
/// }
/// ```
///
/// ```compile_fail,E0277
/// fn in_another_thread(function: &mimeo_interp::Function) {
///     std::thread::scope(|scope| drop(scope.spawn(|| function.cache_words())));
/// }
/// ```
///
/// Contract of this island: `vm` is a live allocation that only this machine uses, and no reference to it
/// outlives a call into a tier.
pub struct Machine<I: InstructionSet> {
    vm: NonNull<Vm<I>>,
}

impl<I: InstructionSet> fmt::Debug for Machine<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").field("loaded", &self.vm().driver.programs.len()).finish_non_exhaustive()
    }
}

/// What a machine is made of; see [`Machine::builder`].
pub struct MachineBuilder<I: InstructionSet> {
    context: I::Context,
    host: I::Host,
    limits: Limits,
    spaces: Vec<(&'static str, u32)>,
    first_size: Option<FiberLimits>,
    tier: Option<Box<dyn NativeTier<I>>>,
}

impl<I: InstructionSet> fmt::Debug for MachineBuilder<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MachineBuilder").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl<I: InstructionSet> MachineBuilder<I> {
    /// How deep and how wide programs may get.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        MachineBuilder { limits, ..self }
    }

    /// Says how many elements an index space has that ops use through `#[imm(in = space)]`. The machine loads no program
    /// that was verified for more; a space that is not named here has none.
    ///
    /// The memory that ops index must have as many elements for as long as the machine lives.
    #[must_use]
    pub fn space(mut self, space: &'static str, len: u32) -> Self {
        self.spaces.retain(|(name, _)| *name != space);
        self.spaces.push((space, len));
        self
    }

    /// Makes stacks of this size at first, the machine's own and those of fibers. They move to larger memory when they
    /// have to, up to their limits. By default they have their largest size at once, of which the operating system
    /// commits what is used.
    #[must_use]
    pub fn first_size(self, size: FiberLimits) -> Self {
        MachineBuilder { first_size: Some(size), ..self }
    }

    /// Gives the machine a native tier. `mimeo-jit` has a method that is nicer to use.
    #[must_use]
    pub fn tier(self, tier: Box<dyn NativeTier<I>>) -> Self {
        MachineBuilder { tier: Some(tier), ..self }
    }

    /// The machine.
    ///
    /// # Panics
    ///
    /// When there is no memory for its stacks.
    pub fn build(self) -> Machine<I> {
        let Limits { slots, depth, .. } = self.limits;
        let most = FiberLimits { slots, depth };
        let stacks = Stacks::new(self.first_size.unwrap_or(most).within(most), most);
        let stacks = stacks.unwrap_or_else(|| panic!("there is no memory for stacks of {slots} slots"));
        let mut driver = Driver::new(stacks, self.limits, self.tier);
        (driver.spaces, driver.first_size) = (self.spaces, self.first_size);
        let core = Core {
            frame: driver.stacks().host_frame(),
            // `use_limits` below.
            stack_limit: std::ptr::null_mut(),
            frame_limit: std::ptr::null_mut(),
            exit: 0,
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
        Machine { vm: NonNull::from(Box::leak(vm)) }
    }
}

impl<I: InstructionSet> Machine<I> {
    /// Starts to put a machine together: the language's state, and then what is wanted beside the defaults, which
    /// are an interpreter alone and [`Limits::default`].
    pub fn builder(context: I::Context, host: I::Host) -> MachineBuilder<I> {
        MachineBuilder { context, host, limits: Limits::default(), spaces: Vec::new(), first_size: None, tier: None }
    }

    /// The state that ops and runtime functions work on.
    pub fn vm(&self) -> &Vm<I> {
        // SAFETY: the island's contract.
        unsafe { self.vm.as_ref() }
    }

    /// The state that ops and runtime functions work on.
    pub fn vm_mut(&mut self) -> &mut Vm<I> {
        // SAFETY: the island's contract.
        unsafe { self.vm.as_mut() }
    }

    /// The native tier, if the machine has one of this type.
    pub fn tier<T: 'static>(&self) -> Option<&T> {
        self.vm().driver.tier.as_ref()?.as_any().downcast_ref()
    }

    /// Makes stacks small at first, and has every call move the value stack as long as it has at most 4,096 slots: for tests
    /// of what keeps addresses of slots.
    #[doc(hidden)]
    pub fn move_stacks_at_calls(&mut self) {
        let vm = self.vm_mut();
        let size = FiberLimits { slots: 16, depth: 4 }.within(vm.driver.stacks().most());
        (vm.driver.restless, vm.driver.first_size) = (true, Some(size));
        assert!(vm.move_stack(size), "there is memory for a small stack");
    }

    /// Counts the ops that the interpreter runs from here on, which makes it several times slower. Which functions get
    /// native code, and when, does not change.
    pub fn count_interpreted_ops(&mut self) {
        self.vm_mut().driver.interpreted.get_or_insert(0);
    }

    /// Ops that the interpreter ran since [`count_interpreted_ops`](Self::count_interpreted_ops), those that native code
    /// left to it included; 0 when they are not counted.
    ///
    /// Without a native tier these are all. So the difference to a second machine without one is what ran natively.
    pub fn interpreted_ops(&self) -> u64 {
        self.vm().driver.interpreted.unwrap_or(0)
    }

    /// Loads a program, so that its functions can be called.
    ///
    /// # Errors
    ///
    /// When the program needs a larger index space than [`MachineBuilder::space`] gave the machine.
    pub fn load(&mut self, program: &Program<I, Verified>) -> Result<Linked<I>, LoadError> {
        self.vm_mut().load(program)
    }

    /// Unloads a program, and frees what was compiled of it.
    ///
    /// # Errors
    ///
    /// When it is not loaded.
    ///
    /// # Safety
    ///
    /// No fiber is suspended in a function of the program, and nothing that the machine may still reach, neither a value
    /// nor the host's state, holds a [`Callee`](crate::Callee) of it.
    pub unsafe fn unload(&mut self, linked: Linked<I>) -> Result<(), NotLoaded> {
        // SAFETY: no run is active, as each has borrowed the machine; the rest is the caller's promise.
        unsafe { self.vm_mut().unload(linked)? };
        self.vm_mut().safepoint();
        Ok(())
    }

    /// The program that was loaded.
    ///
    /// # Errors
    ///
    /// When it is not loaded.
    pub fn program(&self, linked: Linked<I>) -> Result<&Program<I, Verified>, NotLoaded> {
        Ok(&self.vm().driver.programs.get(linked)?.program)
    }

    /// The functions of a loaded program, in the order of their declaration; none when it is not loaded.
    pub fn functions(&self, linked: Linked<I>) -> impl Iterator<Item = &Function> {
        self.vm().driver.programs.get(linked).into_iter().flat_map(|loaded| loaded.functions())
    }

    /// Compiles a function now, whatever the native tier's mode is; returns whether it has native code then.
    ///
    /// # Errors
    ///
    /// When the function is not loaded.
    pub fn compile(&mut self, function: FunctionRef<I>) -> Result<bool, NotLoaded> {
        self.vm_mut().compile(function)
    }

    /// As [`compile`](Self::compile), all functions of a program; returns how many have native code then.
    ///
    /// # Errors
    ///
    /// When the program is not loaded.
    pub fn compile_all(&mut self, linked: Linked<I>) -> Result<usize, NotLoaded> {
        let count = self.program(linked)?.functions().len() as u32;
        (0..count).try_fold(0, |compiled, index| {
            Ok(compiled + usize::from(self.compile(linked.function(FunctionIndex(index)))?))
        })
    }

    /// Calls a function from the host and runs it to completion.
    ///
    /// # Errors
    ///
    /// The error with which the program ended; also [`Arity`](crate::TrapKind::Arity) when the number of arguments is
    /// wrong, and [`NotLoaded`](crate::TrapKind::NotLoaded) for a reference of another machine or an unloaded program.
    ///
    /// # Panics
    ///
    /// With the panic of a runtime function, once native code is left.
    pub fn call(&mut self, function: FunctionRef<I>, args: &[I::Value]) -> Result<I::Value, Trap<I::Error>> {
        let vm = self.vm_mut();
        vm.run(function, args).map_err(|thrown| vm.catch(thrown))
    }
}

impl<I: InstructionSet> Drop for Machine<I> {
    fn drop(&mut self) {
        // SAFETY: leaked from a box in `build`, freed only here.
        drop(unsafe { Box::from_raw(self.vm.as_ptr()) });
    }
}
