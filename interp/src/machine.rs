//! [`Machine`]: the host's view of a language's state, loaded programs, stacks and tiers.

mod builder;
mod single;

use std::fmt;
use std::ptr::NonNull;

use crate::asm::FunctionIndex;
use crate::program::{Program, Verified};
use crate::{
    Account, Control, FiberLimits, Function, FunctionRef, InstructionSet, Linked, LoadError, NotLoaded, Trap, Vm,
};

pub use builder::MachineBuilder;
pub use single::{OpOutcome, OpRun};

/// Limits on the size of a machine's stacks and on how deeply its runs may nest.
///
/// A program that exceeds a limit ends with an error, [`StackOverflow`], [`Nesting`] or [`OutOfMemory`], and leaves the
/// machine usable.
/// Address space for the largest stacks is reserved when the machine is built: 8 bytes for each slot and 32 for each
/// call. The operating system commits memory when it is first used. With a limit on memory the stacks begin small.
///
/// [`StackOverflow`]: crate::TrapKind::StackOverflow
/// [`Nesting`]: crate::TrapKind::Nesting
/// [`OutOfMemory`]: crate::TrapKind::OutOfMemory
///
/// ```
/// use mimeo::{Limits, Machine, TrapKind};
/// use mimeo_doc_ops::{Context, DEPTH, Host, sample_program};
///
/// let limits = Limits::default().with_depth(100);
/// let mut machine = Machine::builder(Context::default(), Host::default()).limits(limits).build();
///
/// // Counts down from its argument, with a call for each number.
/// let depth = machine.load(&sample_program())?.function(DEPTH);
/// assert_eq!(machine.call(depth, &[99]), Ok(99));
/// assert_eq!(machine.call(depth, &[100]).unwrap_err().kind, TrapKind::StackOverflow);
/// # Ok::<(), mimeo::LoadError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Slots of the value stack.
    pub slots: u32,
    /// Calls active at once.
    pub depth: u32,
    /// Nested runs active at once: [`Machine::call`] is one, and each [`Vm::run`] inside it is one more. Each takes a
    /// few hundred bytes of the native stack, besides what the runtime function takes.
    pub nesting: u32,
    /// Bytes of memory: the limit of the machine's [`Account`]. `None` means no limit.
    pub memory: Option<usize>,
}

impl Default for Limits {
    /// Returns 4 Mi slots (32 MiB of address space), 200,000 calls and 200 runs, without a limit on memory.
    fn default() -> Self {
        Limits { slots: 4 << 20, depth: 200_000, nesting: 200, memory: None }
    }
}

impl Limits {
    /// Sets [`slots`](Self::slots). See [`Limits`] for an example.
    #[must_use]
    pub fn with_slots(mut self, slots: u32) -> Limits {
        self.slots = slots;
        self
    }

    /// Sets [`depth`](Self::depth). See [`Limits`] for an example.
    #[must_use]
    pub fn with_depth(mut self, depth: u32) -> Limits {
        self.depth = depth;
        self
    }

    /// Sets [`nesting`](Self::nesting). See [`Limits`] for an example.
    #[must_use]
    pub fn with_nesting(mut self, nesting: u32) -> Limits {
        self.nesting = nesting;
        self
    }

    /// Sets [`memory`](Self::memory). See [`Machine::memory`] for an example.
    #[must_use]
    pub fn with_memory(mut self, bytes: Option<usize>) -> Limits {
        self.memory = bytes;
        self
    }
}

/// A machine for one language: its state, the loaded programs, and the tiers that run them.
///
/// A machine owns the programs and fibers to which it returns handles: a [`Linked`], [`FunctionRef`] or
/// [`FiberRef`](crate::FiberRef) is valid only in this machine, until its program is unloaded or its fiber dropped.
/// Dropping the machine frees them all.
///
/// A machine is neither `Send` nor `Sync`: inline-cache cells and the records of functions are shared without a lock.
/// To use several threads, build a machine in each and load the same [`Program`] into all of them.
///
/// Building a machine maps memory for its stacks, see [`Limits`]. A call from the host copies its arguments and looks
/// up the function. Only the first call allocates.
///
/// ```
/// use mimeo::Machine;
/// use mimeo_doc_ops::{Context, Host, SUM, sample_program};
///
/// let mut machine = Machine::builder(Context::default(), Host::default()).build();
/// let linked = machine.load(&sample_program())?;
/// assert_eq!(machine.call(linked.function(SUM), &[10])?, 55);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A machine and its functions cannot be used in another thread:
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

impl<I: InstructionSet> Machine<I> {
    /// Returns a builder for a machine with the language's state. By default the machine only interprets, with
    /// [`Limits::default`].
    ///
    /// ```
    /// use mimeo_doc_ops::{Context, Host, Machine};
    ///
    /// let machine = Machine::builder(Context::default(), Host::default()).build();
    /// assert!(machine.vm().host.printed.is_empty());
    /// ```
    pub fn builder(context: I::Context, host: I::Host) -> MachineBuilder<I> {
        MachineBuilder {
            context,
            host,
            limits: Limits::default(),
            spaces: Vec::new(),
            first_size: None,
            handlers_catch_stops: false,
            control: Control::default(),
            tier: None,
        }
    }

    /// Returns the handle that interrupts the machine's programs. See [`Control`] for an example.
    pub fn control(&self) -> &Control {
        self.vm().control()
    }

    /// Returns the state that ops and runtime functions work on.
    ///
    /// ```
    /// use mimeo_doc_ops::{SAFE_DIVIDE, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// assert_eq!(machine.call(linked.function(SAFE_DIVIDE), &[1, 0])?, -1);
    /// assert_eq!(machine.vm().host.caught, ["sample:3:5: cannot divide 1 by 0"]);
    /// # Ok::<(), mimeo_doc_ops::Trap>(())
    /// ```
    pub fn vm(&self) -> &Vm<I> {
        // SAFETY: the island's contract.
        unsafe { self.vm.as_ref() }
    }

    /// Returns the state that ops and runtime functions work on, mutably.
    ///
    /// ```
    /// use std::rc::Rc;
    ///
    /// use mimeo_doc_ops::{ASK, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// // A runtime function that multiplies the two values of its window.
    /// machine.vm_mut().host.ask = Some(Rc::new(|vm, args| Ok(vm.slot(args.start()) * vm.slot(args.start() + 1))));
    /// assert_eq!(machine.call(linked.function(ASK), &[6, 7])?, 42);
    /// # Ok::<(), mimeo_doc_ops::Trap>(())
    /// ```
    pub fn vm_mut(&mut self) -> &mut Vm<I> {
        // SAFETY: the island's contract.
        unsafe { self.vm.as_mut() }
    }

    /// Returns the account of the machine's memory. Its limit is [`Limits::memory`], and can change between runs.
    ///
    /// ```
    /// use mimeo::{LoadError, Limits, Machine};
    /// use mimeo_doc_ops::{Context, Host, sample_program};
    ///
    /// let limits = Limits::default().with_memory(Some(100 << 10));
    /// let mut machine = Machine::builder(Context::default(), Host::default()).limits(limits).build();
    /// machine.load(&sample_program())?;
    /// machine.memory().set_limit(Some(machine.memory().used()));
    /// assert_eq!(machine.load(&sample_program()).unwrap_err(), LoadError::OutOfMemory);
    /// # Ok::<(), mimeo::LoadError>(())
    /// ```
    pub fn memory(&self) -> &Account {
        self.vm().memory()
    }

    /// Returns the native tier, if the machine has one of this type. Hosts use `mimeo::jit::HasJit::jit`.
    ///
    /// ```
    /// use mimeo::jit::Jit;
    /// use mimeo_doc_ops::{Ops, new_machine};
    ///
    /// assert!(new_machine().tier::<Jit<Ops>>().is_none());
    /// ```
    pub fn tier<T: 'static>(&self) -> Option<&T> {
        self.vm().driver.tier.as_ref()?.as_any().downcast_ref()
    }

    /// Makes all stacks small at first, and moves the value stack at every call while it has at most 4,096 slots. For
    /// tests of code that keeps addresses of slots.
    #[doc(hidden)]
    pub fn move_stacks_at_calls(&mut self) {
        let vm = self.vm_mut();
        let size = FiberLimits { slots: 16, depth: 4 }.within(vm.driver.stacks().max_size());
        (vm.driver.moves_at_calls, vm.driver.first_fiber_size) = (true, size);
        vm.move_stack(size).expect("there is memory for a small stack");
    }

    /// Starts counting the ops that the interpreter runs, which makes it several times slower. Counting does not affect
    /// which functions get native code, or when. See [`interpreted_ops`](Self::interpreted_ops) for an example.
    pub fn count_interpreted_ops(&mut self) {
        self.vm_mut().driver.interpreted.get_or_insert(0);
    }

    /// Returns the number of ops that the interpreter has run since
    /// [`count_interpreted_ops`](Self::count_interpreted_ops) was called, including those that native code left to it.
    /// Returns 0 if ops are not counted.
    ///
    /// Without a native tier this counts every op. Subtracting the count of a machine with a native tier gives the
    /// number of ops that ran natively.
    ///
    /// ```
    /// use mimeo_doc_ops::{DOUBLE, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// machine.count_interpreted_ops();
    /// machine.call(linked.function(DOUBLE), &[21])?;
    /// // An `add` and a `ret`.
    /// assert_eq!(machine.interpreted_ops(), 2);
    /// # Ok::<(), mimeo_doc_ops::Trap>(())
    /// ```
    pub fn interpreted_ops(&self) -> u64 {
        self.vm().driver.interpreted.unwrap_or(0)
    }

    /// Loads a program, so that its functions can be called. A program can be loaded several times; each loaded copy
    /// has its own inline caches and native code.
    ///
    /// Loading allocates a record for each function and zeroed memory for its inline caches: O(functions). The machine
    /// keeps the program alive and does not copy its bytecode. Nothing is compiled.
    ///
    /// # Errors
    ///
    /// If the program needs a larger index space than [`MachineBuilder::space`] gave the machine, or there is not enough
    /// memory.
    ///
    /// ```
    /// use mimeo_doc_ops::{SUM, new_machine, sum_program};
    ///
    /// let mut machine = new_machine();
    /// let linked = machine.load(&sum_program())?;
    /// assert_eq!(machine.call(linked.function(SUM), &[4])?, 10);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load(&mut self, program: &Program<I, Verified>) -> Result<Linked<I>, LoadError> {
        self.vm_mut().load(program)
    }

    /// Loads a program as [`load`](Self::load) does, and gives its functions a word of the host's, which their ops and the
    /// runtime functions that these call read with [`Vm::function_word`]. So a program can be loaded once for each instance
    /// of a module, and each copy knows its own.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    ///
    /// ```
    /// use mimeo::def::Slot;
    /// use mimeo_doc_ops::{Assembler, ProgramBuilder, new_machine};
    ///
    /// let mut code = Assembler::new("which", 0, 1);
    /// code.word(Slot(0));
    /// code.ret(Slot(0));
    /// let mut builder = ProgramBuilder::new();
    /// let which = builder.declare("which");
    /// builder.define(which, code.finish()?);
    /// let program = builder.finish()?.verify()?;
    ///
    /// let mut machine = new_machine();
    /// let [one, other] = [1, 2].map(|word| machine.load_with_word(&program, word).expect("there is memory"));
    /// assert_eq!(machine.call(one.function(which), &[])?, 1);
    /// assert_eq!(machine.call(other.function(which), &[])?, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load_with_word(&mut self, program: &Program<I, Verified>, word: u64) -> Result<Linked<I>, LoadError> {
        self.vm_mut().load_with_word(program, word)
    }

    /// Unloads a program and frees its native code. Every later use of the program's handles fails.
    ///
    /// # Errors
    ///
    /// If the program is not loaded.
    ///
    /// # Safety
    ///
    /// No fiber is suspended in a function of the program, and no value or host state that the machine can still reach
    /// holds a [`Callee`](crate::Callee) of it.
    ///
    /// ```
    /// use mimeo::TrapKind;
    /// use mimeo_doc_ops::{SUM, new_machine, sum_program};
    ///
    /// let mut machine = new_machine();
    /// let linked = machine.load(&sum_program())?;
    /// // SAFETY: there are no fibers, and the values are integers.
    /// unsafe { machine.unload(linked)? };
    /// let trap = machine.call(linked.function(SUM), &[4]).unwrap_err();
    /// assert_eq!(trap.kind, TrapKind::NotLoaded);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub unsafe fn unload(&mut self, linked: Linked<I>) -> Result<(), NotLoaded> {
        // SAFETY: no run is active, because a run borrows the machine; the rest is the caller's promise.
        unsafe { self.vm_mut().unload(linked)? };
        self.vm_mut().safepoint();
        Ok(())
    }

    /// Returns a loaded program.
    ///
    /// # Errors
    ///
    /// If the program is not loaded.
    ///
    /// ```
    /// use mimeo_doc_ops::{new_machine, sum_program};
    ///
    /// let mut machine = new_machine();
    /// let linked = machine.load(&sum_program())?;
    /// assert_eq!(machine.program(linked)?.functions()[0].name, "sum");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn program(&self, linked: Linked<I>) -> Result<&Program<I, Verified>, NotLoaded> {
        Ok(&self.vm().driver.programs.get(linked)?.program)
    }

    /// Returns the functions of a loaded program in the order of their declaration. Returns none if the program is not
    /// loaded.
    ///
    /// ```
    /// use mimeo_doc_ops::sample_machine;
    ///
    /// let (machine, linked) = sample_machine();
    /// let names: Vec<&str> = machine.functions(linked).map(|function| function.body().name.as_str()).collect();
    /// assert_eq!(names[..3], ["sum", "double", "divide"]);
    /// ```
    pub fn functions(&self, linked: Linked<I>) -> impl Iterator<Item = &Function> {
        self.vm().driver.programs.get(linked).into_iter().flat_map(|loaded| loaded.functions())
    }

    /// Compiles a function now, whatever the native tier's mode, and returns `true` if it then has native code. Without
    /// a native tier the result is `false`.
    ///
    /// # Errors
    ///
    /// If the function is not loaded.
    ///
    /// ```
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// assert_eq!(machine.compile(linked.function(SUM)), Ok(false), "there is only an interpreter");
    /// ```
    pub fn compile(&mut self, function: FunctionRef<I>) -> Result<bool, NotLoaded> {
        self.vm_mut().compile(function)
    }

    /// Compiles all functions of a program, as [`compile`](Self::compile) does, and returns how many then have native
    /// code.
    ///
    /// # Errors
    ///
    /// If the program is not loaded.
    ///
    /// ```
    /// use mimeo::Machine;
    /// use mimeo::jit::{HasJit, JitConfig, WithJit};
    /// use mimeo_doc_ops::{Context, Host, sum_program};
    ///
    /// let builder = Machine::builder(Context::default(), Host::default());
    /// let mut machine = builder.jit(JitConfig::default()).build();
    /// let linked = machine.load(&sum_program())?;
    /// let compiled = machine.compile_all(linked)?;
    /// // A build without native code compiles nothing.
    /// let available = machine.jit().is_some_and(|jit| jit.unavailable().is_none());
    /// assert_eq!(compiled, usize::from(available));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    /// The error that the program threw and did not catch; [`Arity`](crate::TrapKind::Arity) if the number of arguments
    /// is wrong; and [`NotLoaded`](crate::TrapKind::NotLoaded) for a function of another machine or of an unloaded
    /// program.
    ///
    /// # Panics
    ///
    /// Resumes the panic of a runtime function once native code has been left (test
    /// `a_panic_reaches_the_host_from_both_tiers`). The machine stays usable.
    ///
    /// ```
    /// use mimeo_doc_ops::{DIVIDE, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// assert_eq!(machine.call(linked.function(DIVIDE), &[7, 2])?, 3);
    ///
    /// let trap = machine.call(linked.function(DIVIDE), &[7, 0]).unwrap_err();
    /// assert_eq!(trap.to_string(), "sample:3:5: cannot divide 7 by 0");
    /// let trap = machine.call(linked.function(DIVIDE), &[7]).unwrap_err();
    /// assert_eq!(trap.to_string(), "sample: `divide` takes 2 arguments, not 1");
    /// # Ok::<(), mimeo_doc_ops::Trap>(())
    /// ```
    pub fn call(&mut self, function: FunctionRef<I>, args: &[I::Value]) -> Result<I::Value, Trap<I::Error>> {
        let vm = self.vm_mut();
        vm.run(function, args).map_err(|thrown| vm.catch(thrown))
    }
}

impl<I: InstructionSet> Drop for Machine<I> {
    fn drop(&mut self) {
        // SAFETY: the box was leaked in `build` and is freed only here.
        drop(unsafe { Box::from_raw(self.vm.as_ptr()) });
    }
}
