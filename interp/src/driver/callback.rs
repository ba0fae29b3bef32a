//! A callback of a runtime function, or a fiber that it resumes → the result, straight from a tier: what the driver does
//! in the usual case, and nothing else.
//!
//! Contract of this island: that of the driver.

use mimeo_def::Pc;
use mimeo_def::frame::Exit;

use super::{Progress, Run, Vm, known};
use crate::request::accepts;
use crate::tier::Caller;
use crate::{FiberExit, Function, InstructionSet, NotLoaded, Thrown, Value};

impl<I: InstructionSet> Vm<I> {
    /// Runs a function on top of the frame of the op whose runtime function calls back. Returns `None`, and does nothing,
    /// if more has to be done than to run it in one of the tiers: [`run_function`](Self::run_function) does that.
    #[inline]
    pub(crate) fn run_callback(
        &mut self,
        function: Result<*const Function, NotLoaded>,
        args: &[I::Value],
    ) -> Option<Result<I::Value, Thrown>> {
        // SAFETY: it was found among the loaded functions, and nothing has been unloaded since.
        let function = unsafe { &*function.ok()? };
        let below = self.core.frame;
        // SAFETY: (1), (2): the top record is filled, and names a loaded function or none.
        let base = unsafe {
            let running = (*below).function;
            if running.is_null() {
                return None;
            }
            (*below).base.byte_add((*running).frame_bytes as usize)
        };
        let driver = &mut self.driver;
        // The outermost run may have to be interrupted first.
        let nests = driver.nesting() > 0 && driver.may_nest();
        let is_quiet = self.core.budget > 0 && driver.debug.is_none();
        let room_bytes = self.core.stack_limit.addr() - base.addr();
        let fits = room_bytes as u64 >= function.header.frame_bytes
            && room_bytes >= size_of_val(args)
            && below.wrapping_add(2) <= self.core.frame_limit;
        if !(nests && is_quiet && fits && accepts(function.body(), args.len())) {
            return None;
        }
        let native = match function.entry() != driver.markers.call {
            // SAFETY: the function is loaded.
            true => Some((driver.enter?, unsafe { driver.tier.as_mut()?.entered_at(function) }?)),
            false if driver.interpreted.is_none() && function.countdown() > 1 => {
                // As a call by the interpreter, after which it would not stop.
                function.set_countdown(function.countdown() - 1);
                None
            }
            false => return None,
        };
        for (i, arg) in args.iter().enumerate() {
            // SAFETY: (1): the arguments are slots of the frame, which fits the stack.
            unsafe { *base.add(i) = arg.to_bits() };
        }
        let index = driver.stacks().index_of(below);
        driver.begin_run();
        let (host, moves) = (below.wrapping_add(1), self.core.moves);
        // SAFETY: (1): there is room for the frame and for both records.
        unsafe { self.set_top(host, function, base) };
        self.count_event();
        let exit = match native {
            // SAFETY: the tier returned the address for the function, whose record is on top and is at its first op.
            Some((enter, code)) => unsafe { self.enter_with(enter, code) },
            None => {
                // A panic of a runtime function ends the run.
                let run = Run { vm: self, below: index, failed: false };
                // SAFETY: (1), (2): the top record is at the function's first op.
                let exit = unsafe { I::interpret::<false>(run.vm) };
                std::mem::forget(run);
                exit as u64
            }
        };
        // Nothing above the frame below waits any more then, and no debugger has to see the end of the run.
        if exit == Exit::Finish as u64
            && (self.core.frame, self.core.moves) == (host, moves)
            && self.driver.debug.is_none()
        {
            if native.is_some() {
                self.note_exit(Exit::Finish);
            }
            self.driver.end_run();
            self.core.frame = below;
            // SAFETY: (1): the result is in the first slot of the function's frame.
            return Some(Ok(unsafe { I::Value::from_bits(*base) }));
        }
        let tier = if native.is_some() { Caller::Native } else { Caller::Interpreter };
        Some(self.drive_callback(index, Progress::Left(known(exit), tier)))
    }

    /// Continues a callback that left its tier before its end.
    #[cold]
    fn drive_callback(&mut self, below: usize, progress: Progress) -> Result<I::Value, Thrown> {
        let run = Run { vm: self, below, failed: false };
        run.drive(below + 1, progress).map(FiberExit::of_callback)
    }

    /// Resumes the suspended function on the current stacks if it has native code, after the op that suspended it. The
    /// stacks were left for this by a runtime function. Returns `None`, and does nothing, if anything else has to be
    /// done: [`resume_suspended`](Self::resume_suspended) does that.
    #[inline]
    pub(crate) fn resume_natively(&mut self) -> Option<Result<FiberExit<I::Value>, Thrown>> {
        let top = self.core.frame;
        // SAFETY: (1), (2): the top record names a loaded function.
        let (function, pc) = unsafe { (&*(*top).function.cast::<Function>(), (*top).pc) };
        let op = &I::OPS[usize::from(function.body().code[pc as usize])];
        let next = pc as u32 + u32::from(op.len_units);
        let driver = &mut self.driver;
        let nests = driver.nesting() > 0 && driver.may_nest();
        let is_quiet = self.core.budget > 0 && driver.debug.is_none() && !driver.waits_for_fuel();
        if !(nests && is_quiet) {
            return None;
        }
        let enter = driver.enter?;
        // SAFETY: the function is loaded.
        let code = driver.tier.as_mut().and_then(|tier| unsafe { tier.resumed(function, Pc(next)) })?;
        // SAFETY: (2).
        unsafe { (*top).pc = next.into() };
        driver.begin_run();
        // SAFETY: the tier returned the address for the function and the op, and its record is on top.
        let exit = unsafe { self.enter_with(enter, code) };
        // No debugger has to see the end of the run, and all frames stay.
        if exit == Exit::Throw as u64
            && self.core.fault == 0
            && self.panic.is_none()
            && self.driver.debug.is_none()
            && self.driver.take_suspension()
        {
            self.note_exit(Exit::Throw);
            self.driver.end_run();
            return Some(Ok(FiberExit::Suspended));
        }
        Some(Run { vm: self, below: 0, failed: false }.drive(0, Progress::Left(known(exit), Caller::Native)))
    }
}
