//! [`Vm`]: the machine as ops and runtime functions see it.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mimeo_def::frame::{Core, Outcome, PANICKED};

use crate::driver::Driver;
use crate::trap::Site;
use crate::{Callee, FiberExit, Flow, Function, InstructionSet, Thrown, Trap, Value, Window};

/// The machine's state that ops and runtime functions work on.
///
/// Stencils know the layout up to and with `context`; the macro asserts its offset.
#[repr(C)]
pub struct Vm<I: InstructionSet> {
    pub(crate) core: Core,
    /// The language's part that stencils may touch.
    pub context: I::Context,
    /// The language's part that only Rust touches.
    pub host: I::Host,
    pub(crate) pending: Option<String>,
    /// Where the pending error was thrown, once native code or the interpreter was left for it.
    pub(crate) thrown_at: Option<Site>,
    pub(crate) panic: Option<Box<dyn Any + Send>>,
    pub(crate) driver: Driver<I>,
}

impl<I: InstructionSet> fmt::Debug for Vm<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vm").field("core", &self.core).field("pending", &self.pending).finish_non_exhaustive()
    }
}

impl<I: InstructionSet> Vm<I> {
    /// Makes an error pending; the op returns it as `Err(…)`.
    #[cold]
    pub fn throw(&mut self, message: impl Into<String>) -> Thrown {
        self.pending = Some(message.into());
        self.thrown_at = None;
        self.driver.wish = None;
        Thrown(())
    }

    /// Runs a function from within a runtime function, and comes back with its result: for callbacks such as the
    /// comparison of a sort. It runs in the tier that suits it, on the same stacks, above the frame of the op that
    /// called the runtime function.
    ///
    /// Each such run nests on the native stack; [`Limits::nesting`](crate::Limits::nesting) says how many may.
    ///
    /// # Errors
    ///
    /// The error that the function threw, which is pending then: hand it on, or [`catch`](Self::catch) it. Also when
    /// the number of arguments is wrong, or the stack has no room.
    ///
    /// # Panics
    ///
    /// With the panic of a runtime function that the function called.
    pub fn run(&mut self, callee: Callee, args: &[I::Value]) -> Result<I::Value, Thrown> {
        // SAFETY: a callee is a function of a loaded program: see `Machine::unload`.
        let function = unsafe { &*callee.0.cast::<Function>() };
        match self.run_function(function, args)? {
            FiberExit::Done(value) => Ok(value),
            FiberExit::Suspended => unreachable!("`suspend` refuses in a run that is not a fiber's"),
        }
    }

    /// Takes the pending error: the program goes on as if nothing had been thrown.
    pub fn catch(&mut self, _thrown: Thrown) -> Trap {
        self.take_trap()
    }

    /// Calls a function with the arguments in a window; its result comes back in the window's first slot.
    #[inline(always)]
    pub fn call(&mut self, callee: Callee, args: Window) -> Flow {
        Flow::Call(callee, args)
    }

    /// Calls a function in the place of the running one, whose frame it takes over: its arguments are those of the
    /// running function, or what was written over them, and it returns to the running function's caller.
    #[inline(always)]
    pub fn tail_call(&mut self, callee: Callee) -> Flow {
        Flow::TailCall(callee)
    }

    /// Returns from the running function.
    #[inline(always)]
    pub fn ret(&mut self, value: I::Value) -> Flow {
        Flow::Return(value.to_bits())
    }

    /// Goes on with the next op, but in the interpreter.
    #[inline(always)]
    pub fn deopt(&mut self) -> Flow {
        Flow::Leave
    }
}

/// Runs a runtime function for a stencil: no panic gets out of it, and its result is put into two registers.
///
/// # Safety
///
/// `vm` is the machine on whose behalf the stencil runs, and nothing else uses it during the call.
pub unsafe fn guard<I: InstructionSet>(vm: *mut Vm<I>, run: impl FnOnce(&mut Vm<I>) -> Result<u64, Thrown>) -> Outcome {
    // SAFETY: the caller's promise.
    let vm = unsafe { &mut *vm };
    match catch_unwind(AssertUnwindSafe(|| run(&mut *vm))) {
        Ok(Ok(value)) => Outcome { status: 0, value },
        Ok(Err(Thrown(()))) => Outcome { status: 1, value: 0 },
        Err(payload) => {
            vm.panic = Some(payload);
            vm.core.exit = PANICKED;
            Outcome { status: 1, value: 0 }
        }
    }
}
