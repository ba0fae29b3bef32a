//! A call from outside → the run of a function: the driver, which alternates between the tiers.
//!
//! Contract of this island: (1) the frame records from `stacks` up to `core.frame` name functions of loaded
//! programs, or none where the host or a runtime function made the call; none of them is unloaded while a
//! record names it; (2) `core.frame` is the top record whenever the driver runs.

use std::panic::resume_unwind;

use mimeo_def::frame::{CodeAddr, Exit, Frame};
use mimeo_def::{OpIndex, Pc};

use crate::programs::Programs;
use crate::stacks::Stacks;
use crate::tier::{Caller, Enter, Markers, NativeTier, References};
use crate::trap::Site;
use crate::{Function, InstructionSet, Limits, Thrown, Trap, Value, Vm};

/// What the driver works with: the stacks, the loaded programs, and the native tier.
pub(crate) struct Driver<I: InstructionSet> {
    pub(crate) stacks: Stacks,
    pub(crate) programs: Programs<I>,
    pub(crate) tier: Option<Box<dyn NativeTier<I>>>,
    pub(crate) markers: Markers,
    /// The way into native code, if there is a tier that has one.
    pub(crate) enter: Option<Enter>,
    /// Runs under way, one inside the other.
    nesting: u32,
    limits: Limits,
}

impl<I: InstructionSet> Driver<I> {
    pub(crate) fn new(limits: Limits, tier: Option<Box<dyn NativeTier<I>>>) -> Self {
        let gate = tier.as_ref().and_then(|tier| tier.gate());
        Driver {
            stacks: Stacks::new(limits),
            programs: Programs::new(),
            tier,
            markers: gate.map_or(Markers::INTERPRETER, |gate| gate.markers),
            enter: gate.map(|gate| gate.enter),
            nesting: 0,
            limits,
        }
    }
}

/// What the driver does next.
enum Next {
    Native(CodeAddr),
    Interpret,
    /// One op, after a side exit.
    Step,
}

impl From<Option<CodeAddr>> for Next {
    #[inline]
    fn from(code: Option<CodeAddr>) -> Self {
        code.map_or(Next::Interpret, Next::Native)
    }
}

/// A run under way. Whatever ends it, a panic included, the frame below is on top again.
struct Run<'a, I: InstructionSet> {
    vm: &'a mut Vm<I>,
    below: *mut Frame,
}

impl<'a, I: InstructionSet> Run<'a, I> {
    fn start(vm: &'a mut Vm<I>) -> Self {
        vm.driver.nesting += 1;
        let below = vm.core.frame;
        Run { vm, below }
    }
}

impl<I: InstructionSet> Drop for Run<'_, I> {
    fn drop(&mut self) {
        let driver = &mut self.vm.driver;
        driver.nesting -= 1;
        self.vm.core.frame = self.below;
        if driver.nesting == 0 && driver.tier.as_mut().is_some_and(|tier| tier.idle()) {
            self.vm.safepoint();
        }
    }
}

impl<I: InstructionSet> Vm<I> {
    /// Runs a function to its end, above the frames that are under way.
    pub(crate) fn run_function(&mut self, function: &Function, args: &[I::Value]) -> Result<I::Value, Thrown> {
        let body = function.body();
        if args.len() != body.arity as usize {
            let plural = if body.arity == 1 { "" } else { "s" };
            let message = format!("`{}` takes {} argument{plural}, not {}", body.name, body.arity, args.len());
            return Err(self.throw_in(function, message));
        }
        let below = self.core.frame;
        // SAFETY: (1), (2): the record below is a function's, whose frame ends where the new one may start, or
        // the first host's.
        let (host, base) = unsafe {
            match (*below).function.as_ref() {
                Some(caller) => (below.add(1), (*below).base.byte_add(caller.frame_bytes as usize)),
                None => (below, self.driver.stacks.base()),
            }
        };
        let room_bytes = self.core.stack_limit as u64 - base as u64;
        let nested_too_deep = self.driver.nesting >= self.driver.limits.nesting;
        if room_bytes < u64::from(function.facts().slots) * 8 || host >= self.core.frame_limit || nested_too_deep {
            return Err(self.throw_in(function, "stack overflow".to_owned()));
        }
        for (i, arg) in args.iter().enumerate() {
            // SAFETY: (1): the arguments are slots of the frame, which fits the stack.
            unsafe { *base.add(i) = arg.to_bits() };
        }
        let run = Run::start(self);
        // SAFETY: (1): the frame fits the stack, and below the limit there is room for both records.
        unsafe { run.vm.set_top(host, function, base, Pc(0)) };
        run.vm.drive()?;
        // SAFETY: (1): the result is in the first slot.
        Ok(I::Value::from_bits(unsafe { *base }))
    }

    /// Makes a function the top one, called by the host, whose record is `host`.
    ///
    /// # Safety
    ///
    /// The function is loaded, its frame fits the value stack at `base`, and `host` and the record above may be filled.
    pub(crate) unsafe fn set_top(&mut self, host: *mut Frame, function: *const Function, base: *mut u64, pc: Pc) {
        // SAFETY: the caller's promise.
        unsafe {
            *host = Frame { function: std::ptr::null(), base, pc: 0, ret: self.driver.markers.finish };
            *host.add(1) = Frame { function: function.cast(), base, pc: u64::from(pc.0), ret: 0 };
            self.core.frame = host.add(1);
        }
    }

    /// Alternates between the tiers until the function that [`set_top`](Self::set_top) put on top returns.
    fn drive(&mut self) -> Result<(), Thrown> {
        let mut next = self.enter_top(Caller::Host);
        loop {
            let (native, stepped) = (matches!(next, Next::Native(_)), matches!(next, Next::Step));
            let exit = match next {
                // SAFETY: the address is for the top frame; see `enter_top` and `resume_top`.
                Next::Native(code) => unsafe { self.enter(code) },
                // SAFETY: (1), (2): the top record is current and its pc is an op.
                Next::Interpret => unsafe { I::interpret::<false>(self) },
                // SAFETY: as above.
                Next::Step => unsafe { I::interpret::<true>(self) },
            };
            if native {
                self.note_exit(exit);
            }
            next = match exit {
                Exit::Finish => return Ok(()),
                Exit::Throw => return Err(self.thrown()),
                Exit::Deopt => Next::Step,
                Exit::Leave if stepped => self.resume_top(),
                Exit::Leave if native => Next::Interpret,
                Exit::Leave => self.loop_top(),
                Exit::Return => self.resume_top(),
                Exit::Call => {
                    if stepped {
                        self.return_to_native();
                    }
                    self.enter_top(if native { Caller::Native } else { Caller::Interpreter })
                }
            };
        }
    }

    /// Runs native code until an exit.
    ///
    /// # Panics
    ///
    /// When the code hands back a number that is no exit's, which a table that passed the audit does not.
    ///
    /// # Safety
    ///
    /// `code` was handed out by the tier, for the function and pc of the top frame record.
    pub(crate) unsafe fn enter(&mut self, code: CodeAddr) -> Exit {
        let enter = self.driver.enter.expect("only a tier with a gate hands out code");
        let vm: *mut Self = self;
        // SAFETY: a `Vm` begins with its core; (2); the rest is the caller's promise.
        let exit = unsafe {
            let frame = (*vm).core.frame;
            enter(vm.cast(), (*frame).base, frame, code)
        };
        Exit::from_code(exit).unwrap_or_else(|| panic!("native code was left with {exit}, which is no exit"))
    }

    /// The function of a frame, and where it is.
    pub(crate) fn running(&self, frame: *const Frame) -> (&Function, Pc) {
        // SAFETY: (1).
        unsafe { (&*(*frame).function.cast::<Function>(), Pc((*frame).pc as u32)) }
    }

    /// A function was just called: which tier runs it?
    fn enter_top(&mut self, caller: Caller) -> Next {
        // SAFETY: (2).
        unsafe { (*self.core.frame).pc = 0 };
        self.ask(self.core.frame, |tier, function, _, references| tier.called(function, caller, references)).into()
    }

    /// The interpreter is at the head of a hot loop: which tier goes on?
    fn loop_top(&mut self) -> Next {
        self.ask(self.core.frame, |tier, function, pc, references| tier.looped(function, pc, references)).into()
    }

    /// Goes on in the top frame, natively where that is possible.
    fn resume_top(&mut self) -> Next {
        self.ask(self.core.frame, |tier, function, pc, _| tier.resumed(function, pc)).into()
    }

    /// Asks the native tier where to run a frame; without one, it is long until the next question.
    fn ask(
        &mut self,
        frame: *const Frame,
        question: impl FnOnce(&mut dyn NativeTier<I>, &Function, Pc, References<'_>) -> Option<CodeAddr>,
    ) -> Option<CodeAddr> {
        let mut tier = self.driver.tier.take();
        let (function, pc) = self.running(frame);
        let code = match &mut tier {
            Some(tier) => question(&mut **tier, function, pc, self.references()),
            None => {
                function.set_countdown(i32::MAX);
                None
            }
        };
        self.driver.tier = tier;
        code
    }

    /// The interpreter made a call on behalf of native code: the callee shall return there.
    fn return_to_native(&mut self) {
        // SAFETY: (1), (2): below a function's record is its caller's.
        let caller = unsafe { self.core.frame.sub(1) };
        if let Some(code) = self.ask(caller, |tier, function, pc, _| tier.return_address(function, pc)) {
            // SAFETY: (1).
            unsafe { (*caller).ret = code };
        }
    }

    fn note_exit(&mut self, exit: Exit) {
        let op = (exit == Exit::Deopt).then(|| {
            let (function, pc) = self.running(self.core.frame);
            OpIndex(function.body().code[pc.0 as usize])
        });
        if self.driver.tier.as_mut().is_some_and(|tier| tier.left(exit, op)) {
            self.safepoint();
        }
    }

    /// Lets the tier free what no frame refers to.
    pub(crate) fn safepoint(&mut self) {
        let mut tier = self.driver.tier.take();
        if let Some(tier) = &mut tier {
            tier.safepoint(self.references());
        }
        self.driver.tier = tier;
    }

    /// The records of everything that is under way.
    fn references(&self) -> References<'_> {
        let first = self.driver.stacks.host_frame();
        // SAFETY: (2): both are records of one array, and those between are filled.
        let records = unsafe {
            let count = self.core.frame.offset_from_unsigned(first) + 1;
            std::slice::from_raw_parts(first, count)
        };
        References::new(records)
    }

    /// An error is pending: notes where, unless an inner run has. Goes on with a runtime function's panic.
    pub(crate) fn thrown(&mut self) -> Thrown {
        if let Some(payload) = self.panic.take() {
            resume_unwind(payload);
        }
        if self.thrown_at.is_none() {
            self.thrown_at = Some(self.site());
        }
        Thrown(())
    }

    /// Where the top frame is.
    fn site(&self) -> Site {
        let top = self.core.frame;
        // SAFETY: (2): both are records of one array.
        let records = unsafe { top.offset_from_unsigned(self.driver.stacks.host_frame()) };
        // SAFETY: (2).
        if unsafe { (*top).function.is_null() } {
            return Site { function: String::new(), pc: Pc(0), position: None, depth: 0 };
        }
        let (function, pc) = self.running(top);
        // Each nested run has a host's record of its own.
        Site::new(function.body(), pc, records - self.driver.nesting.saturating_sub(1) as usize)
    }

    /// The error of a function that could not even be called: at the op that tried, or nowhere if the host did.
    fn throw_in(&mut self, function: &Function, message: String) -> Thrown {
        let thrown = self.throw(message);
        if self.driver.nesting == 0 {
            self.thrown_at = Some(Site { position: None, ..Site::new(function.body(), Pc(0), 0) });
        }
        thrown
    }

    /// The pending error as the host gets it.
    pub(crate) fn take_trap(&mut self) -> Trap {
        let message = self.pending.take().unwrap_or_else(|| "error".to_owned());
        let Site { function, pc, position, depth } = self.thrown_at.take().unwrap_or_else(|| self.site());
        Trap { message, function, pc, position, depth }
    }
}
