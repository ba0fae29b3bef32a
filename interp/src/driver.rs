//! A call from outside → a run of the function: the driver, which alternates between the tiers.
//!
//! Contract of this island: (1) the frame records of all stacks, those of the active stacks up to `core.frame`, name
//! functions of loaded programs, or no function where the host or a runtime function made the call; no function is
//! unloaded while a record names it; (2) `core.frame` is the top record whenever the driver runs.

mod callback;
mod grow;
mod refusal;
mod requests;
mod serve;
mod state;
mod step;

use mimeo_def::frame::{CodeAddr, Exit, Frame};
use mimeo_def::{OpIndex, Pc};

use crate::cursor::count_down;
use crate::request::check_arity;
use crate::stacks::end_of_frame;
use crate::tier::{Caller, Enter, NativeTier, References};
use crate::{FiberExit, Function, FunctionRef, InstructionSet, NotLoaded, Thrown, TrapKind, Value, Vm};

pub(crate) use grow::NoRoom;
use refusal::Refused;
use serve::Served;
pub(crate) use state::Driver;

/// The next step of the driver.
#[derive(Clone, Copy)]
enum Next {
    Native(CodeAddr),
    Interpret,
    /// Interpret one op, after a side exit.
    Step,
}

/// An op boundary at which the driver has control.
#[derive(Clone, Copy)]
enum Boundary {
    /// A function was called, and nothing has chosen its tier.
    Called(Caller),
    /// The interpreter called a function or jumped backwards, and stopped because a countdown or the budget was over.
    Interpreted(Exit),
    /// The top frame continues.
    Resumed,
}

/// How far the driver is.
#[derive(Clone, Copy)]
enum Progress {
    /// It has control at an op boundary.
    At(Boundary),
    /// It has chosen the tier that continues.
    Chosen(Next),
    /// A tier was left.
    Left(Exit, Caller),
    /// The run has ended.
    Ended(FiberExit<()>),
}

impl From<Option<CodeAddr>> for Next {
    #[inline]
    fn from(code: Option<CodeAddr>) -> Self {
        code.map_or(Next::Interpret, Next::Native)
    }
}

/// Returns the exit with this code.
fn known(exit: u64) -> Exit {
    Exit::from_code(exit).unwrap_or_else(|| panic!("native code returned {exit}, which is not an exit"))
}

/// A guard for an active run. When the run ends, even by a panic, it makes the frame below the top one again.
struct Run<'a, I: InstructionSet> {
    vm: &'a mut Vm<I>,
    /// The index of the record that was on top before.
    below: usize,
    /// Whether the run failed, in which case the error replaces an earlier request of the outer op.
    failed: bool,
}

impl<'a, I: InstructionSet> Run<'a, I> {
    fn start(vm: &'a mut Vm<I>, below: *const Frame) -> Self {
        let below = vm.driver.stacks().index_of(below);
        vm.driver.begin_run();
        Run { vm, below, failed: false }
    }

    /// Runs until the function above the host's record returns or is suspended.
    fn drive(mut self, host: usize, first: Progress) -> Result<FiberExit<I::Value>, Thrown> {
        match self.vm.drive(host, first) {
            Ok(FiberExit::Done(())) => {
                let host = self.vm.driver.stacks().record(host);
                // SAFETY: (1): the result is in the first slot of the function's frame, which starts at the base of the
                // host's record.
                Ok(FiberExit::Done(unsafe { I::Value::from_bits(*(*host).base) }))
            }
            Ok(FiberExit::Suspended) => {
                // The fiber's frames stay.
                self.below = self.vm.driver.stacks().index_of(self.vm.core.frame);
                Ok(FiberExit::Suspended)
            }
            Err(thrown) => {
                self.failed = true;
                Err(thrown)
            }
        }
    }
}

impl<I: InstructionSet> Drop for Run<'_, I> {
    fn drop(&mut self) {
        let driver = &mut self.vm.driver;
        driver.end_run();
        if self.failed {
            driver.withdraw_request();
        }
        driver.forget_waits(self.below);
        self.vm.core.frame = driver.stacks().record(self.below);
        if driver.debug.is_some() {
            self.vm.end_stepped_run();
        }
        let driver = &mut self.vm.driver;
        if driver.nesting() == 0 {
            let is_idle = driver.tier.as_mut().is_some_and(|tier| tier.idle());
            self.vm.end_interruption();
            if is_idle {
                self.vm.safepoint();
            }
        }
    }
}

impl<I: InstructionSet> Vm<I> {
    /// Runs a function to completion on top of the active frames.
    pub(crate) fn run_function(
        &mut self,
        function: Result<*const Function, NotLoaded>,
        args: &[I::Value],
    ) -> Result<FiberExit<I::Value>, Thrown> {
        let function = match function {
            // SAFETY: it was found among the loaded functions, and nothing has been unloaded since.
            Ok(function) => unsafe { &*function },
            Err(NotLoaded) => return Err(self.throw_kind(TrapKind::NotLoaded)),
        };
        if let Err(kind) = check_arity(function.body(), args.len()) {
            return Err(self.throw_in(function, kind));
        }
        if !self.driver.may_nest() {
            return Err(self.throw_in(function, TrapKind::Nesting));
        }
        if self.driver.nesting() == 0 {
            let interrupted = self.check_interrupt();
            self.end_interruption();
            interrupted?;
        }
        // The first run on the stacks uses the host's record that they always have.
        let is_first = self.core.frame == self.driver.stacks().host_frame();
        let slots = (function.facts().slots as usize).max(args.len());
        let bits = args.iter().map(|arg| arg.to_bits());
        if let Err(reason) = self.make_room_for_run(slots, if is_first { 1 } else { 2 }, bits) {
            return Err(self.throw_in(function, reason.into()));
        }
        let below = self.core.frame;
        let base = end_of_frame(below);
        let host = if is_first { below } else { below.wrapping_add(1) };
        for (i, arg) in args.iter().enumerate() {
            // SAFETY: (1): the arguments are slots of the frame, which fits the stack.
            unsafe { *base.add(i) = arg.to_bits() };
        }
        let run = Run::start(self, below);
        // SAFETY: (1): there is room for the frame and for both records.
        unsafe { run.vm.set_top(host, function, base) };
        run.vm.count_event();
        let host = run.vm.driver.stacks().index_of(host);
        run.drive(host, Progress::At(Boundary::Called(Caller::Host)))
    }

    /// Resumes the suspended function on the current stacks. With `throwing`, throws the pending error there.
    pub(crate) fn resume_suspended(&mut self, throwing: bool) -> Result<FiberExit<I::Value>, Thrown> {
        if !throwing && let Some(result) = self.resume_natively() {
            return result;
        }
        if !self.driver.may_nest() {
            return Err(self.throw_kind(TrapKind::Nesting));
        }
        let host = 0;
        let run = Run::start(self, self.driver.stacks().record(host));
        let was_out_of_fuel = run.vm.driver.set_out_of_fuel(false);
        if throwing {
            run.vm.unwind()?;
        } else if was_out_of_fuel {
            // The event for which there was no fuel.
            run.vm.count_event();
        } else {
            run.vm.pass_op();
        }
        run.drive(host, Progress::At(Boundary::Resumed))
    }

    /// Sets up the call of a function by the host, whose record is `host`.
    ///
    /// # Safety
    ///
    /// The function is loaded, its frame fits the value stack at `base`, and `host` and the record above it may be
    /// overwritten.
    pub(crate) unsafe fn set_top(&mut self, host: *mut Frame, function: *const Function, base: *mut u64) {
        // SAFETY: the caller's promise.
        unsafe {
            *host = Frame { ret: self.driver.markers.finish, ..Frame::new(std::ptr::null(), base) };
            *host.add(1) = Frame::new(function.cast(), base);
            self.core.frame = host.add(1);
        }
    }

    /// Alternates between the tiers until the function above the host's record returns.
    #[inline]
    fn drive(&mut self, host: usize, first: Progress) -> Result<FiberExit<()>, Thrown> {
        let mut progress = first;
        loop {
            let next = match progress {
                Progress::At(boundary) => match self.continue_at(boundary)? {
                    Some(next) => next,
                    None => return Ok(FiberExit::Suspended),
                },
                Progress::Chosen(next) => next,
                Progress::Left(exit, Caller::Native) => {
                    progress = self.left_native(host, exit)?;
                    continue;
                }
                Progress::Left(exit @ (Exit::Leave | Exit::Call), _) => {
                    progress = Progress::At(Boundary::Interpreted(exit));
                    continue;
                }
                Progress::Left(exit, tier) => {
                    progress = self.left(host, exit, tier)?;
                    continue;
                }
                Progress::Ended(ended) => return Ok(ended),
            };
            progress = match next {
                // SAFETY: the address belongs to the top frame; see `enter_top` and `resume_top`.
                Next::Native(code) => Progress::Left(unsafe { self.enter(code) }, Caller::Native),
                Next::Interpret => {
                    let exit = match self.driver.interpreted {
                        Some(_) => self.interpret_counted(),
                        // SAFETY: (1), (2): the top record is current and its pc is an op.
                        None => unsafe { I::interpret::<false>(self) },
                    };
                    Progress::Left(exit, Caller::Interpreter)
                }
                Next::Step => {
                    let depth_before = self.driver.stacks().index_of(self.core.frame);
                    match self.step() {
                        Exit::Call => {
                            // Not after a tail call, which does not change the caller's record.
                            if self.driver.stacks().index_of(self.core.frame) != depth_before {
                                self.return_to_native();
                            }
                            Progress::At(Boundary::Called(Caller::Interpreter))
                        }
                        Exit::Leave => Progress::At(Boundary::Resumed),
                        exit => self.left(host, exit, Caller::Interpreter)?,
                    }
                }
            };
        }
    }

    /// Handles an exit of native code.
    #[inline]
    fn left_native(&mut self, host: usize, exit: Exit) -> Result<Progress, Thrown> {
        self.note_exit(exit);
        match exit {
            Exit::Leave => Ok(Progress::Chosen(Next::Interpret)),
            Exit::Call => {
                // Native code counts a call at the callee's poll, which was not reached.
                self.count_event();
                Ok(Progress::At(Boundary::Called(Caller::Native)))
            }
            _ => self.left(host, exit, Caller::Native),
        }
    }

    /// Handles an exit that means the same in both tiers.
    #[inline]
    fn left(&mut self, host: usize, exit: Exit, caller: Caller) -> Result<Progress, Thrown> {
        Ok(match exit {
            Exit::Finish if self.core.frame == self.driver.stacks().record(host) => {
                Progress::Ended(FiberExit::Done(()))
            }
            Exit::Finish => {
                self.finish_request();
                Progress::At(Boundary::Resumed)
            }
            Exit::Throw => match self.refused(caller) {
                Refused::Called(caller) => {
                    self.count_event();
                    Progress::At(Boundary::Called(caller))
                }
                Refused::Suspended => Progress::Ended(FiberExit::Suspended),
                Refused::Failed => {
                    self.unwind()?;
                    Progress::At(Boundary::Resumed)
                }
            },
            Exit::Deopt => Progress::Chosen(Next::Step),
            Exit::Leave | Exit::Call | Exit::Return | Exit::Poll => Progress::At(Boundary::Resumed),
        })
    }

    /// Does what is due at an op boundary and chooses the tier that continues. Returns `None` if the fiber is suspended
    /// until it has fuel.
    #[inline]
    fn continue_at(&mut self, mut boundary: Boundary) -> Result<Option<Next>, Thrown> {
        if self.core.budget < 0 || self.driver.debug.is_some() {
            let (served, after) = self.serve_at(boundary)?;
            match served {
                Served::Continue | Served::Nothing => boundary = after,
                Served::Step => return Ok(Some(Next::Step)),
                Served::Suspend => {
                    self.driver.set_out_of_fuel(true);
                    return Ok(None);
                }
            }
        }
        Ok(Some(match boundary {
            Boundary::Called(caller) => self.enter_top(caller),
            Boundary::Resumed => self.resume_top(),
            // The interpreter stopped because of the budget alone.
            Boundary::Interpreted(_) if self.running(self.core.frame).0.countdown() > 0 => self.resume_top(),
            Boundary::Interpreted(Exit::Call) => self.enter_top(Caller::Interpreter),
            Boundary::Interpreted(_) => self.loop_top(),
        }))
    }

    /// Does what is due at an op boundary until nothing is. Returns the boundary to continue at, which differs if there
    /// was an error.
    #[cold]
    fn serve_at(&mut self, mut boundary: Boundary) -> Result<(Served, Boundary), Thrown> {
        loop {
            if let Boundary::Called(_) = boundary {
                // SAFETY: (2).
                unsafe { (*self.core.frame).pc = 0 };
            }
            let result = match self.core.budget {
                ..0 => self.serve(),
                _ => self.is_stepped().map(|steps| if steps { Served::Step } else { Served::Nothing }),
            };
            match result {
                Ok(Served::Continue) => {}
                Ok(served) => return Ok((served, boundary)),
                Err(_) => {
                    self.unwind()?;
                    boundary = Boundary::Resumed;
                }
            }
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

    /// Interprets op by op and counts the ops, up to the exit that interpreting without counting would have.
    fn interpret_counted(&mut self) -> Exit {
        loop {
            // SAFETY: (1), (2).
            let before = unsafe { (*self.core.frame).pc };
            let exit = self.step();
            // SAFETY: (1), (2); a host's record names no function, and has the marker of `Finish`.
            let continues = unsafe {
                let top = self.core.frame;
                match exit {
                    // The interpreter counts each loop iteration, but not when it runs a single op.
                    Exit::Leave => (*top).pc > before || !count_down((*top).function.cast()),
                    // The interpreter has counted the call.
                    Exit::Call => (*(*top).function.cast::<Function>()).countdown() > 0,
                    Exit::Return => (*top).ret == self.core.return_marker,
                    _ => false,
                }
            };
            if !continues || self.core.budget < 0 {
                return exit;
            }
        }
    }

    /// Runs native code until an exit.
    ///
    /// # Panics
    ///
    /// If the code returns a number that is not an exit, which a table that passed the audit never does.
    ///
    /// # Safety
    ///
    /// The tier returned `code` for the function and pc of the top frame record.
    pub(crate) unsafe fn enter(&mut self, code: CodeAddr) -> Exit {
        let enter = self.driver.enter.expect("only a tier with an entry returns code");
        // SAFETY: the caller's promise.
        let exit = unsafe { self.enter_with(enter, code) };
        known(exit)
    }

    /// Runs native code until an exit, and returns the exit's code.
    ///
    /// # Safety
    ///
    /// Those of [`enter`](Self::enter), and `enter` is that of the tier.
    #[inline]
    unsafe fn enter_with(&mut self, enter: Enter, code: CodeAddr) -> u64 {
        let before = self.core.exit;
        let vm: *mut Self = self;
        // SAFETY: a `Vm` begins with its core; (2); the rest is the caller's promise.
        let exit = unsafe {
            let frame = (*vm).core.frame;
            // Calls and returns of native code do not set it, so code that relies on it is found in all tests.
            if cfg!(debug_assertions) {
                (*vm).core.frame = frame.sub(1);
            }
            enter(vm.cast(), (*frame).base, frame, code)
        };
        // Code that this run interrupted would interpret `PANICKED` as its own panic.
        self.core.exit = before;
        exit
    }

    /// Returns the function of a frame and its position.
    pub(crate) fn running(&self, frame: *const Frame) -> (&Function, Pc) {
        // SAFETY: (1).
        unsafe { (&*(*frame).function.cast::<Function>(), Pc((*frame).pc as u32)) }
    }

    /// Returns the function of a frame and its position, or `None` for a host's record.
    pub(crate) fn active(&self, frame: *const Frame) -> Option<(&Function, Pc)> {
        // SAFETY: (1): a record up to the top one is filled.
        let is_host = unsafe { (*frame).function.is_null() };
        (!is_host).then(|| self.running(frame))
    }

    /// Chooses the tier for a function that was just called.
    #[inline]
    fn enter_top(&mut self, caller: Caller) -> Next {
        let top = self.core.frame;
        // SAFETY: (1), (2): the function of the top record is loaded.
        let function = unsafe {
            (*top).pc = 0;
            &*(*top).function.cast::<Function>()
        };
        if function.entry() != self.driver.markers.call
            // SAFETY: the function is loaded.
            && let Some(entry) = self.driver.tier.as_mut().and_then(|tier| unsafe { tier.entered_at(function) })
        {
            return Next::Native(entry);
        }
        self.enter_new(caller)
    }

    /// Chooses the tier for a function that was just called and for which no native code is known yet.
    fn enter_new(&mut self, caller: Caller) -> Next {
        self.consult_tier(self.core.frame, |tier, function, _, references| {
            // SAFETY: `consult_tier` passes a loaded function, and the references are current.
            unsafe { tier.called(function, caller, references) }
        })
        .into()
    }

    /// Chooses the tier that continues at the head of a hot loop.
    fn loop_top(&mut self) -> Next {
        self.consult_tier(self.core.frame, |tier, function, pc, references| {
            // SAFETY: as in `enter_top`.
            unsafe { tier.looped(function, pc, references) }
        })
        .into()
    }

    /// Continues in the top frame, natively if possible.
    #[inline]
    fn resume_top(&mut self) -> Next {
        // SAFETY: (1), (2): the function of the top record is loaded.
        let (function, pc) = unsafe { (&*(*self.core.frame).function.cast::<Function>(), (*self.core.frame).pc) };
        match &mut self.driver.tier {
            // SAFETY: the function is loaded.
            Some(tier) => unsafe { tier.resumed(function, Pc(pc as u32)) }.into(),
            None => Next::Interpret,
        }
    }

    /// Asks the native tier where to run a frame. Without a native tier, postpones the next query.
    fn consult_tier(
        &mut self,
        frame: *const Frame,
        query: impl FnOnce(&mut dyn NativeTier<I>, &Function, Pc, References<'_>) -> Option<CodeAddr>,
    ) -> Option<CodeAddr> {
        let code = self.with_tier(|tier, vm| {
            let (function, pc) = vm.running(frame);
            query(tier, function, pc, vm.references())
        });
        code.unwrap_or_else(|| {
            self.running(frame).0.set_countdown(i32::MAX);
            None
        })
    }

    /// Calls `work` with the native tier and the rest of the machine. Returns `None` without a native tier.
    pub(crate) fn with_tier<T>(&mut self, work: impl FnOnce(&mut dyn NativeTier<I>, &Self) -> T) -> Option<T> {
        let mut tier = self.driver.tier.take();
        let result = tier.as_deref_mut().map(|tier| work(tier, self));
        self.driver.tier = tier;
        result
    }

    /// Makes the callee of a call that the driver or the interpreter made return to native code, if the caller has any.
    fn return_to_native(&mut self) {
        // SAFETY: (1), (2): below a function's record is its caller's.
        let caller = unsafe { self.core.frame.sub(1) };
        // SAFETY: as in `enter_top`.
        let code = self.consult_tier(caller, |tier, function, pc, _| unsafe { tier.return_address(function, pc) });
        if let Some(code) = code {
            // SAFETY: (1).
            unsafe { (*caller).ret = code };
        }
        if self.driver.debug.is_some() {
            self.return_to_stepping(caller);
        }
    }

    #[inline]
    fn note_exit(&mut self, exit: Exit) {
        let op = (exit == Exit::Deopt).then(|| {
            let (function, pc) = self.running(self.core.frame);
            OpIndex(function.body().code[pc.0 as usize])
        });
        if self.driver.tier.as_mut().is_some_and(|tier| tier.left(exit, op)) {
            self.safepoint();
        }
    }

    /// Compiles a function, whatever is active, and returns `true` if it then has native code.
    pub(crate) fn compile(&mut self, function: FunctionRef<I>) -> Result<bool, NotLoaded> {
        let compiled = self.with_tier(|tier, vm| {
            let function = vm.driver.programs.function(function)?;
            // SAFETY: the function is loaded, and the references are current.
            Ok(unsafe { tier.compile(function, vm.references()) })
        });
        compiled.unwrap_or_else(|| self.driver.programs.function(function).map(|_| false))
    }

    /// Lets the tier free native code that no frame refers to.
    pub(crate) fn safepoint(&mut self) {
        // SAFETY: the references are current.
        self.with_tier(|tier, vm| unsafe { tier.safepoint(vm.references()) });
    }

    /// Returns the records of everything that is active.
    pub(crate) fn references(&self) -> References<'_> {
        self.driver.references(self.core.frame)
    }
}
