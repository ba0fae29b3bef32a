//! [`Machine`]: a language's state with loaded programs, stacks and tiers, as the host sees it.

mod single;

use std::fmt;
use std::ptr::NonNull;

use mimeo_def::frame::Core;

use crate::asm::FunctionIndex;
use crate::driver::Driver;
use crate::program::{Program, Verified};
use crate::programs::Linked;
use crate::tier::NativeTier;
use crate::{Callee, Function, InstructionSet, Trap, Vm};

pub use single::{OpRun, Went};

/// How deep and how wide a program may get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Slots of the value stack.
    pub slots: u32,
    /// Calls under way at once.
    pub depth: u32,
    /// Runs under way at once, one inside the other: [`Machine::call`] is one, each [`Vm::run`] in it one more. Each
    /// takes some hundred bytes of the native stack, and what the runtime function takes.
    pub nesting: u32,
}

impl Default for Limits {
    /// 4 Mi slots (32 MiB of address space), 200,000 calls, 200 runs.
    fn default() -> Self {
        Limits { slots: 4 << 20, depth: 200_000, nesting: 200 }
    }
}

/// A machine for one language: its state, the loaded programs, and the tiers that run them.
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

    /// Gives the machine a native tier. `mimeo-jit` has a method that is nicer to use.
    #[must_use]
    pub fn tier(self, tier: Box<dyn NativeTier<I>>) -> Self {
        MachineBuilder { tier: Some(tier), ..self }
    }

    /// The machine.
    pub fn build(self) -> Machine<I> {
        let driver = Driver::new(self.limits, self.tier);
        let core = Core {
            frame: driver.stacks().host_frame(),
            stack_limit: driver.stacks().limit(),
            frame_limit: driver.stacks().frame_limit(),
            exit: 0,
            return_marker: driver.markers.ret,
            finish_marker: driver.markers.finish,
            overflow: 0,
            exit_before: 0,
        };
        let (context, host) = (self.context, self.host);
        let vm = Box::new(Vm { core, context, host, pending: None, thrown_at: None, panic: None, driver });
        Machine { vm: NonNull::from(Box::leak(vm)) }
    }
}

impl<I: InstructionSet> Machine<I> {
    /// Starts to put a machine together: the language's state, and then what is wanted beside the defaults, which
    /// are an interpreter alone and [`Limits::default`].
    pub fn builder(context: I::Context, host: I::Host) -> MachineBuilder<I> {
        MachineBuilder { context, host, limits: Limits::default(), tier: None }
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

    /// The native tier, if the machine has one of this type.
    pub fn tier_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.vm_mut().driver.tier.as_mut()?.as_any_mut().downcast_mut()
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
    pub fn load(&mut self, program: &Program<I, Verified>) -> Linked {
        self.vm_mut().load(program)
    }

    /// Unloads a program, and frees what was compiled of it.
    ///
    /// # Panics
    ///
    /// When it is not loaded.
    ///
    /// # Safety
    ///
    /// No fiber is suspended in a function of the program, and nothing that the machine may still reach, neither a value
    /// nor the host's state, holds a [`Callee`] of it.
    pub unsafe fn unload(&mut self, linked: Linked) {
        // SAFETY: no run is under way, as each has borrowed the machine; the rest is the caller's promise.
        unsafe { self.vm_mut().unload(linked) };
        self.vm_mut().safepoint();
    }

    /// The program that was loaded.
    ///
    /// # Panics
    ///
    /// When it is not loaded.
    pub fn program(&self, linked: Linked) -> &Program<I, Verified> {
        &self.vm().driver.programs.get(linked).program
    }

    /// The functions of a loaded program, in the order of their declaration.
    ///
    /// # Panics
    ///
    /// When it is not loaded.
    pub fn functions(&self, linked: Linked) -> impl Iterator<Item = &Function> {
        self.vm().driver.programs.get(linked).functions()
    }

    /// A function of a loaded program, as a value for [`Vm::run`] and for the language's own values.
    ///
    /// # Panics
    ///
    /// When the program is not loaded, or `function` is not one of its functions.
    pub fn callee(&self, linked: Linked, function: FunctionIndex) -> Callee {
        self.vm().callee(linked, function)
    }

    /// The functions of a loaded program, and the native tier if the machine has one of this type.
    ///
    /// # Panics
    ///
    /// When the program is not loaded.
    pub fn functions_and_tier<T: 'static>(
        &mut self,
        linked: Linked,
    ) -> (impl Iterator<Item = &Function>, Option<&mut T>) {
        let driver = &mut self.vm_mut().driver;
        let tier = driver.tier.as_mut().and_then(|tier| tier.as_any_mut().downcast_mut());
        (driver.programs.get(linked).functions(), tier)
    }

    /// Calls a function from the host and runs it to its end.
    ///
    /// # Errors
    ///
    /// The error with which the program ended; also when the number of arguments is wrong.
    ///
    /// # Panics
    ///
    /// When `function` is not one of the program's; and with the panic of a runtime function, once native
    /// code is left.
    pub fn call(&mut self, linked: Linked, function: FunctionIndex, args: &[I::Value]) -> Result<I::Value, Trap> {
        let callee = self.callee(linked, function);
        let vm = self.vm_mut();
        vm.run(callee, args).map_err(|thrown| vm.catch(thrown))
    }
}

impl<I: InstructionSet> Drop for Machine<I> {
    fn drop(&mut self) {
        // SAFETY: leaked from a box in `build`, freed only here.
        drop(unsafe { Box::from_raw(self.vm.as_ptr()) });
    }
}
