//! A call from outside → the run of a function: the driver, which alternates between the tiers.
//!
//! Contract of this island: (1) the frame records of all stacks, those worked on up to `core.frame`, name functions of
//! loaded programs, or none where the host or a runtime function made the call; none of them is unloaded while a
//! record names it; (2) `core.frame` is the top record whenever the driver runs.

mod state;

use std::panic::resume_unwind;

use mimeo_def::frame::{CodeAddr, Exit, Frame};
use mimeo_def::{OpIndex, Pc};

use crate::cursor::count_down;
use crate::request::Wish;
use crate::tier::{Caller, NativeTier, References};
use crate::trap::Site;
use crate::{FiberExit, Function, InstructionSet, Thrown, Trap, Value, Vm};

pub(crate) use state::{Driver, Parked, end_of_frame};

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
    /// [`Driver::wish`] of the run from within which this one was started.
    wish: Option<Wish<I>>,
}

impl<'a, I: InstructionSet> Run<'a, I> {
    fn start(vm: &'a mut Vm<I>, below: *mut Frame) -> Self {
        vm.driver.nesting += 1;
        let wish = vm.driver.wish.take();
        Run { vm, below, wish }
    }

    /// Runs to the end of the function above the host's record, or until it is suspended.
    fn drive(mut self, host: *mut Frame, first: Next) -> Result<FiberExit<I::Value>, Thrown> {
        match self.vm.drive(host, first) {
            Ok(FiberExit::Done(())) => {
                // SAFETY: (1): the result is in the first slot of the function's frame, as the host's record tells.
                Ok(FiberExit::Done(I::Value::from_bits(unsafe { *(*host).base })))
            }
            Ok(FiberExit::Suspended) => {
                // Its frames stay.
                self.below = self.vm.core.frame;
                Ok(FiberExit::Suspended)
            }
            Err(thrown) => {
                self.wish = None;
                Err(thrown)
            }
        }
    }
}

impl<I: InstructionSet> Drop for Run<'_, I> {
    fn drop(&mut self) {
        let driver = &mut self.vm.driver;
        driver.nesting -= 1;
        driver.wish = self.wish.take();
        self.vm.core.frame = self.below;
        if driver.nesting == 0 && driver.tier.as_mut().is_some_and(|tier| tier.idle()) {
            self.vm.safepoint();
        }
    }
}

impl<I: InstructionSet> Vm<I> {
    /// Runs a function to its end, above the frames that are under way.
    pub(crate) fn run_function(
        &mut self,
        function: &Function,
        args: &[I::Value],
    ) -> Result<FiberExit<I::Value>, Thrown> {
        let body = function.body();
        let arity = body.arity as usize;
        if args.len() < arity || args.len() > arity && !body.variadic {
            let plural = if body.arity == 1 { "" } else { "s" };
            let message = format!("`{}` takes {} argument{plural}, not {}", body.name, body.arity, args.len());
            return Err(self.throw_in(function, message));
        }
        let below = self.core.frame;
        let base = end_of_frame(below);
        // The first run on some stacks has the host's record that is always there.
        let host = if below == self.driver.stacks().host_frame() { below } else { below.wrapping_add(1) };
        let room_bytes = self.core.stack_limit as u64 - base as u64;
        let nested_too_deep = self.driver.nesting >= self.driver.most_nesting;
        let slots = (function.facts().slots as usize).max(args.len());
        if room_bytes < slots as u64 * 8 || host >= self.core.frame_limit || nested_too_deep {
            return Err(self.throw_in(function, "stack overflow".to_owned()));
        }
        for (i, arg) in args.iter().enumerate() {
            // SAFETY: (1): the arguments are slots of the frame, which fits the stack.
            unsafe { *base.add(i) = arg.to_bits() };
        }
        let run = Run::start(self, below);
        // SAFETY: (1): the frame fits the stack, and below the limit there is room for both records.
        unsafe { run.vm.set_top(host, function, base, Pc(0)) };
        let first = run.vm.enter_top(Caller::Host);
        run.drive(host, first)
    }

    /// Goes on with what is suspended on the current stacks; with the pending error, if it is to be thrown there.
    pub(crate) fn run_on(&mut self, throwing: bool) -> Result<FiberExit<I::Value>, Thrown> {
        if self.driver.nesting >= self.driver.most_nesting {
            return Err(self.throw("stack overflow"));
        }
        let host = self.driver.stacks().host_frame();
        let mut run = Run::start(self, host);
        let first = match throwing {
            true if run.vm.unwind(host) => run.vm.resume_top(),
            true => {
                run.wish = None;
                return Err(run.vm.thrown());
            }
            false => {
                run.vm.pass_op();
                run.vm.resume_top()
            }
        };
        run.drive(host, first)
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

    /// Alternates between the tiers until the function above the host's record returns.
    fn drive(&mut self, host: *mut Frame, first: Next) -> Result<FiberExit<()>, Thrown> {
        let mut next = first;
        loop {
            let (native, stepped) = (matches!(next, Next::Native(_)), matches!(next, Next::Step));
            let before = self.core.frame;
            let exit = match next {
                // SAFETY: the address is for the top frame; see `enter_top` and `resume_top`.
                Next::Native(code) => unsafe { self.enter(code) },
                Next::Interpret if self.driver.interpreted.is_some() => self.interpret_counted(),
                // SAFETY: (1), (2): the top record is current and its pc is an op.
                Next::Interpret => unsafe { I::interpret::<false>(self) },
                Next::Step => self.step(),
            };
            if native {
                self.note_exit(exit);
            }
            next = match exit {
                Exit::Finish if self.core.frame == host => return Ok(FiberExit::Done(())),
                Exit::Finish => {
                    self.finish_request();
                    self.resume_top()
                }
                Exit::Throw => match self.wish() {
                    Some(Wish::Suspend) => return Ok(FiberExit::Suspended),
                    Some(Wish::Call(callee, then)) => {
                        self.begin_request(callee, then);
                        self.enter_top(Caller::Interpreter)
                    }
                    None if self.unwind(host) => self.resume_top(),
                    None => return Err(self.thrown()),
                },
                Exit::Deopt => Next::Step,
                Exit::Leave if stepped => self.resume_top(),
                Exit::Leave if native => Next::Interpret,
                Exit::Leave => self.loop_top(),
                Exit::Return => self.resume_top(),
                Exit::Call => {
                    // Not behind a tail call: the caller's caller is as it was.
                    if stepped && self.core.frame != before {
                        self.return_to_native();
                    }
                    self.enter_top(if native { Caller::Native } else { Caller::Interpreter })
                }
            };
        }
    }

    /// Interprets one op.
    fn step(&mut self) -> Exit {
        if let Some(count) = &mut self.driver.interpreted {
            *count += 1;
        }
        // SAFETY: (1), (2): the top record is current and its pc is an op.
        unsafe { I::interpret::<true>(self) }
    }

    /// Interprets as far as it would without counting, op by op, and counts them.
    fn interpret_counted(&mut self) -> Exit {
        loop {
            // SAFETY: (1), (2).
            let before = unsafe { (*self.core.frame).pc };
            let exit = self.step();
            // SAFETY: (1), (2); a host's record names no function, and has the marker of `Finish`.
            let goes_on = unsafe {
                let top = self.core.frame;
                match exit {
                    // The interpreter counts each way back to a loop's head, but not when it runs a single op.
                    Exit::Leave => (*top).pc > before || !count_down((*top).function.cast()),
                    // It has counted the call.
                    Exit::Call => (*(*top).function.cast::<Function>()).countdown() > 0,
                    Exit::Return => (*top).ret == self.core.return_marker,
                    _ => false,
                }
            };
            if !goes_on {
                return exit;
            }
        }
    }

    /// An op handed on that something was thrown: what it wished instead, if that is so.
    pub(crate) fn wish(&mut self) -> Option<Wish<I>> {
        let wish = self.driver.wish.take();
        // Behind the wish a runtime function may have panicked.
        wish.filter(|_| self.panic.is_none() && self.core.overflow == 0)
    }

    /// An error is on its way: makes the frame that catches it the top one, at its handler. Goes on with a runtime
    /// function's panic, which nobody catches.
    fn unwind(&mut self, host: *mut Frame) -> bool {
        let Thrown(()) = self.thrown();
        let top = self.core.frame;
        let mut record = top;
        while record > host {
            let (function, pc) = self.running(record);
            // A caller is behind the op that called.
            let pc = if record == top { pc } else { Pc(pc.0 - 1) };
            let handler = function.body().handlers.iter().find(|handler| handler.from <= pc && pc < handler.to);
            if let Some(handler) = handler {
                // SAFETY: (1).
                unsafe { (*record).pc = u64::from(handler.target.0) };
                self.forget_requests(record.wrapping_sub(1), top);
                self.core.frame = record;
                return true;
            }
            record = record.wrapping_sub(1);
        }
        self.forget_requests(host, top);
        false
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
        let before = self.core.exit;
        let vm: *mut Self = self;
        // SAFETY: a `Vm` begins with its core; (2); the rest is the caller's promise.
        let exit = unsafe {
            let frame = (*vm).core.frame;
            enter(vm.cast(), (*frame).base, frame, code)
        };
        // The code that a run inside of another interrupts takes it for a panic's if it is `PANICKED`.
        self.core.exit = before;
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
        self.driver.references(self.core.frame)
    }

    /// An error is pending: notes where, unless an inner run has. Goes on with a runtime function's panic.
    pub(crate) fn thrown(&mut self) -> Thrown {
        if let Some(payload) = self.panic.take() {
            resume_unwind(payload);
        }
        if std::mem::take(&mut self.core.overflow) != 0 {
            let Thrown(()) = self.throw("stack overflow");
        }
        if self.thrown_at.is_none() {
            self.thrown_at = Some(self.site());
        }
        Thrown(())
    }

    /// Where the top frame is.
    fn site(&self) -> Site {
        // SAFETY: (1).
        let Some(_) = (unsafe { (*self.core.frame).function.as_ref() }) else {
            return Site { function: String::new(), pc: Pc(0), position: None, depth: 0 };
        };
        let (function, pc) = self.running(self.core.frame);
        Site::new(function.body(), pc, self.driver.depth(self.core.frame))
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
