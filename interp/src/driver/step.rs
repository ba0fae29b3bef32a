//! A [`Debug`] → ops that run one at a time, with calls of the debugger between them.
//!
//! Contract of this island: that of the driver.

use mimeo_def::Pc;
use mimeo_def::frame::Frame;

use super::Vm;
use crate::debug::{Debug, EVERYWHERE, Level};
use crate::frames::set_slot_of;
use crate::{Function, FunctionRef, InstructionSet, NotLoaded, StepMode, Stop, Thrown};

impl<I: InstructionSet> Vm<I> {
    /// Calls the debugger if it waits for the next op of the top frame. Returns `true` if the driver must run the op
    /// alone.
    pub(super) fn is_stepped(&mut self) -> Result<bool, Thrown> {
        let level = self.level();
        let (function, pc) = self.running(self.core.frame);
        let id = function.id();
        let debug = self.driver.debug.as_mut();
        let stop =
            debug.and_then(|debug| debug.note_stepped(id, level).then(|| debug.stop_at(id, pc, level)).flatten());
        if let Some(stop) = stop {
            self.call_debugger(stop, level)?;
        }
        // The debugger may have removed itself, or run functions.
        let steps = self.driver.debug.as_mut().is_some_and(|debug| debug.note_stepped(id, level));
        if steps {
            // The interpreter leaves to the driver at the function's next call, and does not run it by itself.
            self.running(self.core.frame).0.set_countdown(1);
        }
        Ok(steps)
    }

    fn call_debugger(&mut self, stop: Stop, level: Level) -> Result<(), Thrown> {
        let Some(mut debugger) = self.driver.debug.as_mut().and_then(|debug| debug.debugger.take()) else {
            return Ok(());
        };
        let answer = debugger(self, stop);
        // The debugger may have removed or replaced itself.
        let Some(debug) = &mut self.driver.debug else { return answer.map(|_| ()) };
        debug.debugger.get_or_insert(debugger);
        let (nesting, record) = level;
        let answer = answer?;
        debug.step_up_to = match answer {
            StepMode::Continue => None,
            StepMode::Into => Some(EVERYWHERE),
            StepMode::Over => Some(level),
            StepMode::Out => Some((nesting, record - 1)),
        };
        if answer == StepMode::Out {
            self.stop_at_return_to(self.core.frame.wrapping_sub(1));
        }
        Ok(())
    }

    /// Makes the callee of a frame that is stepped return to the driver. The callee is on top.
    pub(super) fn return_to_stepping(&mut self, caller: *mut Frame) {
        let (nesting, record) = self.level();
        let Some((function, _)) = self.active(caller) else { return };
        let (id, level) = (function.id(), (nesting, record - 1));
        if self.driver.debug.as_ref().is_some_and(|debug| debug.steps_through(id, level)) {
            self.stop_at_return_to(caller);
        }
    }

    /// After the end of a run: keeps the debugger stepping.
    pub(super) fn end_stepped_run(&mut self) {
        let nesting = self.driver.nesting();
        if self.driver.debug.as_mut().is_some_and(|debug| debug.run_ended(nesting)) {
            self.serve_at_next_event();
        }
    }

    /// Makes the callee of a frame return to the driver, unless it does so anyway.
    fn stop_at_return_to(&mut self, record: *mut Frame) {
        // SAFETY: (1): the record is filled. The marker is the address of an exit, after which the driver continues in
        // the frame.
        unsafe {
            if (*record).ret != self.driver.markers.finish {
                (*record).ret = self.driver.markers.stop;
            }
        }
    }

    /// Makes everything that returns to a function return to the driver, and its callers leave for the driver.
    fn start_stepping_through(&mut self, function: *const Function) {
        self.with_tier(|tier, _| {
            // SAFETY: the function is loaded.
            unsafe { tier.exclude(&*function, true) }
        });
        let (finish, stop) = (self.driver.markers.finish, self.driver.markers.stop);
        self.driver.for_each_record(self.core.frame, |record| {
            if record.function == function.cast() && record.ret != finish {
                record.ret = stop;
            }
        });
        // SAFETY: the function is loaded.
        unsafe { (*function).set_countdown(1) };
    }
}

/// # Debugging
///
/// A debugger is called before ops with a breakpoint, and before every op while it steps. It sees the frames
/// ([`frames`](Vm::frames)) with their functions, positions and slots, and can set slots
/// ([`set_frame_slot`](Vm::set_frame_slot)).
impl<I: InstructionSet> Vm<I> {
    /// Sets the function that is called where the program stops. See [`Stop`](crate::Stop) for an example. Its own calls
    /// do not stop.
    pub fn set_debugger(&mut self, debugger: impl FnMut(&mut Vm<I>, Stop) -> Result<StepMode, Thrown> + 'static) {
        match &mut self.driver.debug {
            Some(debug) => debug.debugger = Some(Box::new(debugger)),
            debug @ None => *debug = Some(Box::new(Debug::new(Box::new(debugger)))),
        }
    }

    /// Makes the program step, as if the debugger had answered [`StepMode::Into`]. If a runtime function calls it, the
    /// debugger is called at the latest where the function with its op returns to, or at the next call or backward jump,
    /// whichever is first. Has no effect without a debugger, or while it runs.
    ///
    /// ```
    /// use mimeo::StepMode;
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// machine.vm_mut().set_debugger(|vm, _| {
    ///     vm.host.printed.push(1);
    ///     Ok(StepMode::Continue)
    /// });
    /// machine.call(linked.function(SUM), &[10])?;
    /// assert!(machine.vm().host.printed.is_empty());
    /// machine.vm_mut().start_stepping();
    /// machine.call(linked.function(SUM), &[10])?;
    /// assert_eq!(machine.vm().host.printed, [1]);
    /// # Ok::<(), mimeo_doc_ops::Trap>(())
    /// ```
    pub fn start_stepping(&mut self) {
        let Some(debug) = self.driver.debug.as_mut().filter(|debug| debug.debugger.is_some()) else { return };
        debug.step_up_to = Some(EVERYWHERE);
        // Everything returns to the driver, unless it does so anyway.
        let (finish, stop) = (self.driver.markers.finish, self.driver.markers.stop);
        self.driver.for_each_record(self.core.frame, |record| {
            if !record.function.is_null() && record.ret != finish {
                record.ret = stop;
            }
        });
        self.serve_at_next_event();
    }

    /// Makes the program run to the next breakpoint, as if the debugger had answered [`StepMode::Continue`].
    ///
    /// ```
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// vm.set_debugger(|_, _| panic!("it is not called"));
    /// vm.start_stepping();
    /// vm.stop_stepping();
    /// assert_eq!(machine.call(linked.function(SUM), &[10]), Ok(55));
    /// ```
    pub fn stop_stepping(&mut self) {
        if let Some(debug) = &mut self.driver.debug {
            (debug.step_up_to, debug.stops_at_event) = (None, false);
        }
    }

    /// Returns how deep the program is: the number of active runs, and the index of the running function's record on its
    /// stack. A function has a greater level than its caller.
    ///
    /// ```
    /// use mimeo_doc_ops::{DOUBLE, in_op};
    ///
    /// let result = in_op([3, 4], |vm, _| {
    ///     let before = vm.level();
    ///     vm.run(vm.host.function(DOUBLE), &[1])?;
    ///     assert_eq!(vm.level(), before);
    ///     Ok(before.0 as i64)
    /// });
    /// assert_eq!(result, Ok(1));
    /// ```
    pub fn level(&self) -> (usize, usize) {
        (self.driver.nesting(), self.driver.stacks().index_of(self.core.frame))
    }

    /// Removes the debugger and all breakpoints.
    ///
    /// ```
    /// use mimeo::def::Pc;
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// machine.vm_mut().set_debugger(|_, _| panic!("it was removed"));
    /// machine.vm_mut().set_breakpoint(linked.function(SUM), Pc(0), true)?;
    /// machine.vm_mut().remove_debugger();
    /// assert_eq!(machine.call(linked.function(SUM), &[10]), Ok(55));
    /// # Ok::<(), mimeo::NotLoaded>(())
    /// ```
    pub fn remove_debugger(&mut self) {
        let Some(debug) = self.driver.debug.take() else { return };
        for id in debug.functions() {
            let function = self.driver.programs.functions().find(|function| function.id() == id);
            self.stop_stepping_through(function.map(std::ptr::from_ref));
        }
    }

    fn stop_stepping_through(&mut self, function: Option<*const Function>) {
        let Some(function) = function else { return };
        // SAFETY: the function is loaded.
        self.with_tier(|tier, _| unsafe { tier.exclude(&*function, false) });
    }

    /// Sets or removes a breakpoint at an op, and returns `true` if an op that can be reached starts there. In a function
    /// that is running, it applies at the latest after a thousand calls and backward jumps. Without a
    /// [debugger](Self::set_debugger), breakpoints cannot be set, and the result is `false`. See [`Stop`](crate::Stop)
    /// for an example.
    ///
    /// # Errors
    ///
    /// If the function is not loaded.
    pub fn set_breakpoint(&mut self, function: FunctionRef<I>, pc: Pc, is_set: bool) -> Result<bool, NotLoaded> {
        let function = self.driver.programs.function(function)?;
        if function.facts().depth(pc).is_none() {
            return Ok(false);
        }
        let (id, function) = (function.id(), std::ptr::from_ref(function));
        let Some(debug) = &mut self.driver.debug else { return Ok(false) };
        if debug.set_breakpoint(id, pc, is_set) {
            match is_set {
                true => self.start_stepping_through(function),
                false => self.stop_stepping_through(Some(function)),
            }
        }
        Ok(true)
    }

    /// Sets a slot of an active frame, counted as [`frames`](Self::frames) does: 0 is the innermost one. Returns `false` if
    /// there is no such slot.
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, args| {
    ///     assert!(vm.set_frame_slot(0, args.start(), 30) && !vm.set_frame_slot(9, 0, 1));
    ///     Ok(vm.slot(args.start()) + vm.slot(args.start() + 1))
    /// });
    /// assert_eq!(result, Ok(34));
    /// ```
    pub fn set_frame_slot(&mut self, frame: usize, slot: u32, value: I::Value) -> bool {
        use crate::Value as _;
        let record = self.frame_records().nth(frame);
        // SAFETY: (1): the record is filled, and nothing refers to its slots.
        record.is_some_and(|(record, _)| unsafe { set_slot_of(record, slot, value.to_bits()) })
    }
}
