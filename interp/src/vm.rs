//! [`Vm`]: the view of the machine that ops and runtime functions have.

use std::any::Any;
use std::fmt;
use std::num::NonZeroU64;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mimeo_def::frame::{Core, Outcome, PANICKED};

use crate::callable::find;
use crate::driver::Driver;
use crate::error::Pending;
use crate::{Account, Callable, Callee, FiberExit, Flow, InstructionSet, Thrown, Trap, Value, Window};

/// The state of a machine that ops and runtime functions work on.
///
/// Runtime functions and ops receive it as `&mut Vm` and keep no reference to it when they return. It belongs to one
/// [`Machine`](crate::Machine) and never leaves that machine's thread.
///
/// The type is unsized, so that safe code such as `std::mem::swap(vm, other)` cannot replace the state that a run works
/// on. The parameter `Unsized` exists only for this and never has to be named.
///
/// ```
/// use mimeo_doc_ops::{Vm, in_op};
///
/// /// A runtime function: it works on the host's state and on the values that the op passes.
/// fn print_value(vm: &mut Vm, value: i64) {
///     vm.host.printed.push(value);
/// }
///
/// let result = in_op([3, 4], |vm, args| {
///     print_value(vm, vm.slot(args.start()));
///     Ok(vm.host.printed[0])
/// });
/// assert_eq!(result, Ok(3));
/// ```
///
/// Stencils depend on the layout up to and including `context`; the macro asserts its offset.
#[repr(C)]
pub struct Vm<I: InstructionSet, Unsized: ?Sized = [()]> {
    pub(crate) core: Core,
    /// The part of the language's state that stencils may access.
    pub context: I::Context,
    /// The part of the language's state that only Rust accesses.
    pub host: I::Host,
    pub(crate) pending: Option<Pending<I>>,
    pub(crate) panic: Option<Box<dyn Any + Send>>,
    pub(crate) driver: Driver<I>,
    unsized_tail: Unsized,
}

impl<I: InstructionSet> fmt::Debug for Vm<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vm")
            .field("core", &self.core)
            .field("has_pending", &self.pending.is_some())
            .finish_non_exhaustive()
    }
}

impl<I: InstructionSet> Vm<I> {
    pub(crate) fn boxed(context: I::Context, host: I::Host, core: Core, driver: Driver<I>) -> Box<Self> {
        let vm: Box<Vm<I, [(); 0]>> =
            Box::new(Vm { core, context, host, pending: None, panic: None, driver, unsized_tail: [] });
        vm
    }

    /// Converts the one word that stencils pass for the machine into a pointer to it.
    fn widen(vm: *mut ()) -> *mut Self {
        std::ptr::slice_from_raw_parts_mut(vm, 0) as *mut Self
    }

    /// Returns the same machine, by a pointer whose second word is known to the compiler and takes no register. Used by
    /// generated code only.
    #[doc(hidden)]
    #[inline(always)]
    pub fn narrowed(&mut self) -> &mut Self {
        // SAFETY: it is the same object, whose tail is empty.
        unsafe { &mut *Self::widen(std::ptr::from_mut(self).cast()) }
    }

    /// Calls a function from a runtime function, runs it to completion, and returns its result. For callbacks, such as
    /// the comparison function of a sort. The function can run in either tier. It runs on the same stacks, above the
    /// frame of the op that called the runtime function.
    ///
    /// Each such run nests on the native stack, up to [`Limits::nesting`](crate::Limits::nesting). It allocates
    /// nothing.
    ///
    /// # Errors
    ///
    /// The error that the function threw, which is then pending: return it, or [`catch`](Self::catch) it. The call
    /// itself can fail with [`Arity`](crate::TrapKind::Arity), [`StackOverflow`](crate::TrapKind::StackOverflow),
    /// [`Nesting`](crate::TrapKind::Nesting), and [`NotLoaded`](crate::TrapKind::NotLoaded) for a function of another
    /// machine or of an unloaded program.
    ///
    /// # Panics
    ///
    /// Resumes the panic of a runtime function that the function called (test
    /// `a_panic_passes_through_nested_runs_and_leaves_the_machine_usable`).
    ///
    /// ```
    /// use mimeo_doc_ops::{DIVIDE, in_op};
    ///
    /// // The runtime function swaps the arguments and calls back.
    /// let divide = |args| in_op(args, |vm, args| {
    ///     let (a, b) = (vm.slot(args.start()), vm.slot(args.start() + 1));
    ///     vm.run(vm.host.function(DIVIDE), &[b, a])
    /// });
    /// assert_eq!(divide([2, 7]), Ok(3));
    /// assert!(divide([0, 7]).is_err());
    /// ```
    pub fn run(&mut self, function: impl Callable<I>, args: &[I::Value]) -> Result<I::Value, Thrown> {
        let function = find(self, function);
        if let Some(result) = self.run_callback(function, args) {
            return result;
        }
        self.run_function(function, args).map(FiberExit::of_callback)
    }

    /// Returns the account of the machine's memory, which the language's heap and compiler charge: see [`Account`].
    ///
    /// ```
    /// use mimeo::MemoryKind;
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, _| {
    ///     let charge = vm.memory().charge(MemoryKind::Heap, 1000);
    ///     let _charge = charge.map_err(|error| vm.throw(error.to_string()))?;
    ///     Ok(vm.memory().used_by(MemoryKind::Heap) as i64)
    /// });
    /// assert_eq!(result, Ok(1000));
    /// ```
    pub fn memory(&self) -> &Account {
        &self.driver.account
    }

    /// Takes the pending error. The program continues as if nothing had been thrown.
    ///
    /// ```
    /// use mimeo_doc_ops::{DIVIDE, in_op};
    ///
    /// let result = in_op([7, 0], |vm, _| match vm.run(vm.host.function(DIVIDE), &[7, 0]) {
    ///     Ok(quotient) => Ok(quotient),
    ///     Err(thrown) => {
    ///         let trap = vm.catch(thrown);
    ///         assert_eq!(trap.to_string(), "sample:3:5: cannot divide 7 by 0");
    ///         Ok(-1)
    ///     }
    /// });
    /// assert_eq!(result, Ok(-1));
    /// ```
    pub fn catch(&mut self, _thrown: Thrown) -> Trap<I::Error> {
        self.take_trap()
    }

    /// Calls a function with the arguments in a window; its result is written to the window's first slot. For ops:
    ///
    /// ```text
    /// #[vm_op]
    /// fn call(vm: &mut Vm, callee: Callee, args: Window) -> Flow {
    ///     vm.call(callee, args)
    /// }
    /// ```
    ///
    /// ```
    /// use mimeo_doc_ops::{DEPTH, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// // `depth(n)` calls itself with this op.
    /// assert_eq!(machine.call(linked.function(DEPTH), &[1000]), Ok(1000));
    /// ```
    #[inline(always)]
    pub fn call(&mut self, callee: Callee<I>, args: Window) -> Flow<I> {
        Flow::Call(callee, args)
    }

    /// Tail-calls a function, which takes over the frame of the running one. Its arguments are those of the running
    /// function, or what has been written over them, and it returns to the running function's caller. For ops:
    ///
    /// ```text
    /// #[vm_op]
    /// fn tail_call(vm: &mut Vm, callee: Callee) -> Flow {
    ///     vm.tail_call(callee)
    /// }
    /// ```
    ///
    /// ```
    /// use mimeo_doc_ops::{DOUBLE_LATER, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// // `double_later` consists of this op alone, with the function `double`.
    /// assert_eq!(machine.call(linked.function(DOUBLE_LATER), &[21]), Ok(42));
    /// ```
    #[inline(always)]
    pub fn tail_call(&mut self, callee: Callee<I>) -> Flow<I> {
        Flow::TailCall(callee)
    }

    /// Returns from the running function. For ops:
    ///
    /// ```text
    /// #[vm_op]
    /// fn ret(vm: &mut Vm, a: i64) -> Flow {
    ///     vm.ret(a)
    /// }
    /// ```
    ///
    /// ```
    /// use mimeo_doc_ops::{Flow, new_machine};
    ///
    /// assert!(matches!(new_machine().vm_mut().ret(7), Flow::Return(7)));
    /// ```
    #[inline(always)]
    pub fn ret(&mut self, value: I::Value) -> Flow<I> {
        Flow::Return(value.to_bits())
    }

    /// Returns from the running function with the values of a window: they replace the first slots of the window of the
    /// caller's call, which need not be so long. The host gets the first value from [`Machine::call`], and the others by
    /// [`slot`](Self::slot). Where the window is empty, the result is whatever slot 0 contains. For ops:
    ///
    /// ```text
    /// #[vm_op]
    /// fn ret_all(vm: &mut Vm, values: Window) -> Flow {
    ///     vm.ret_window(values)
    /// }
    /// ```
    ///
    /// [`Machine::call`]: crate::Machine::call
    ///
    /// ```
    /// use mimeo::def::Slot;
    /// use mimeo_doc_ops::{Assembler, ProgramBuilder, new_machine};
    ///
    /// // `both(a, b)` returns `a` and `b`.
    /// let mut code = Assembler::new("both", 2, 2);
    /// code.ret_all(Slot(0), 2);
    /// let mut builder = ProgramBuilder::new();
    /// let both = builder.declare("both");
    /// builder.define(both, code.finish()?);
    /// let mut machine = new_machine();
    /// let linked = machine.load(&builder.finish()?.verify()?)?;
    /// assert_eq!(machine.call(linked.function(both), &[3, 4])?, 3);
    /// assert_eq!(machine.vm().slot(1), 4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline(always)]
    pub fn ret_window(&mut self, window: Window) -> Flow<I> {
        Flow::ReturnWindow(window)
    }

    /// Continues with the next op in the interpreter. For ops that find that an assumption of the native code no longer
    /// holds:
    ///
    /// ```text
    /// #[vm_op]
    /// fn leave(vm: &mut Vm) -> Flow {
    ///     vm.deopt()
    /// }
    /// ```
    ///
    /// ```
    /// use mimeo::Machine;
    /// use mimeo::jit::{JitConfig, WithJit};
    /// use mimeo_doc_ops::{Context, Host, LEAVE, sample_program};
    ///
    /// let builder = Machine::builder(Context::default(), Host::default());
    /// let mut machine = builder.jit(JitConfig::default()).build();
    /// let linked = machine.load(&sample_program())?;
    /// machine.compile(linked.function(LEAVE))?;
    /// // In both tiers `leave` returns its argument with the next op.
    /// assert_eq!(machine.call(linked.function(LEAVE), &[7])?, 7);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline(always)]
    pub fn deopt(&mut self) -> Flow<I> {
        Flow::Leave
    }

    /// Returns the serial of the pending error or request, which an op may return now.
    pub(crate) fn expected_serial(&self) -> Option<NonZeroU64> {
        self.driver.requested().map(|request| request.serial).or(self.pending.as_ref().map(|pending| pending.serial))
    }

    /// Checks that the `Thrown` that an op returned belongs to the pending error or request. Used by generated code
    /// only.
    ///
    /// # Panics
    ///
    /// If it belongs to another error or request, or to another machine (test `a_stale_thrown_panics`).
    #[doc(hidden)]
    #[inline]
    pub fn check_thrown(&self, thrown: &Thrown) {
        assert!(self.expected_serial() == Some(thrown.serial), "{STALE}");
    }
}

/// The panic message for an op that returns a stale [`Thrown`].
const STALE: &str = "an op returned a `Thrown` that belongs to another error: return the one from the last `throw`, \
                     `request`, `suspend` or failed call";

/// Runs a runtime function for a stencil. It catches panics and returns the result in two registers.
///
/// # Safety
///
/// `vm` is the machine that the stencil runs for, and nothing else uses it during the call.
#[doc(hidden)]
#[inline(always)]
pub unsafe fn guard<I: InstructionSet>(vm: *mut (), run: impl FnOnce(&mut Vm<I>) -> Result<u64, Thrown>) -> Outcome {
    let run = || {
        // SAFETY: the caller's promise.
        run(unsafe { &mut *Vm::<I>::widen(vm) })
    };
    // What is rare is not here, because every runtime function has a copy of this.
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(value)) => Outcome { status: 0, value },
        // SAFETY: as above.
        Ok(Err(thrown)) => unsafe { &mut *Vm::<I>::widen(vm) }.failed(thrown),
        // SAFETY: as above.
        Err(payload) => unsafe { &mut *Vm::<I>::widen(vm) }.panicked(payload),
    }
}

impl<I: InstructionSet> Vm<I> {
    /// Checks what a runtime function returned instead of a value.
    fn failed(&mut self, thrown: Thrown) -> Outcome {
        match catch_unwind(AssertUnwindSafe(|| self.check_thrown(&thrown))) {
            Ok(()) => Outcome { status: 1, value: 0 },
            Err(payload) => self.panicked(payload),
        }
    }

    /// Keeps the panic of a runtime function until native code was left.
    #[cold]
    fn panicked(&mut self, payload: Box<dyn Any + Send>) -> Outcome {
        self.panic = Some(payload);
        self.core.exit = PANICKED;
        Outcome { status: 1, value: 0 }
    }
}
