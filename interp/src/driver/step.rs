//! A [`Debug`] → ops that run one at a time, with calls of the debugger and the tracer between them.
//!
//! Contract of this island: that of the driver.

use std::ops::ControlFlow;

use mimeo_def::Pc;
use mimeo_def::frame::Frame;
use rustc_hash::FxHashSet;

use super::Vm;
use crate::debug::{Debug, EVERYWHERE, Level, Traced};
use crate::frames::set_slot_of;
use crate::trace::{TracedOp, Tracer};
use crate::{Function, FunctionRef, InstructionSet, NotLoaded, StepMode, Stop, Thrown};

impl<I: InstructionSet> Vm<I> {
    /// Calls the debugger if it waits for the next op of the top frame, then the tracer if it sees the op. Returns `true`
    /// if the driver must run the op alone.
    pub(super) fn is_stepped(&mut self) -> Result<bool, Thrown> {
        let level = self.level();
        let (function, pc) = self.running(self.core.frame);
        let id = function.id();
        let debug = self.driver.debug.as_mut();
        let stop = debug.and_then(|debug| {
            debug.note_stepped(id, level);
            debug.stop_at(id, pc, level)
        });
        if let Some(stop) = stop {
            self.call_debugger(stop, level)?;
        }
        // The debugger may have removed itself, or run functions.
        let steps = self.driver.debug.as_mut().is_some_and(|debug| debug.note_stepped(id, level));
        if steps {
            // The interpreter leaves to the driver at the function's next call, and does not run it by itself.
            self.running(self.core.frame).0.set_countdown(1);
            self.call_tracer(id);
        }
        Ok(steps)
    }

    /// Calls the tracer before an op of this function, if it sees the function.
    fn call_tracer(&mut self, function: u32) {
        let Some(debug) = self.driver.debug.as_mut().filter(|debug| debug.traces(function)) else { return };
        let Some(mut tracer) = debug.tracer.take() else { return };
        let answer = match TracedOp::next(self) {
            Some(op) => tracer(&op),
            None => ControlFlow::Continue(()),
        };
        // The tracer cannot change the machine.
        if let Some(debug) = self.driver.debug.as_mut() {
            debug.tracer = Some(tracer);
        }
        if answer.is_break() {
            self.remove_tracer();
        }
    }

    fn call_debugger(&mut self, stop: Stop, level: Level) -> Result<(), Thrown> {
        let Some(mut debugger) = self.driver.debug.as_mut().and_then(|debug| debug.debugger.take()) else {
            return Ok(());
        };
        let answer = debugger(self, stop);
        // The debugger may have removed or replaced itself.
        let Some(debug) = self.driver.debug.as_mut().filter(|debug| debug.has_debugger) else {
            return answer.map(|_| ());
        };
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
            // The tier may have set another one. The callee can call the function again.
            self.running(caller).0.set_countdown(1);
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
        let debug = self.driver.debug.get_or_insert_with(Box::<Debug<I>>::default);
        debug.debugger = Some(Box::new(debugger));
        debug.has_debugger = true;
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
        self.step_everywhere();
    }

    /// Makes everything return to the driver, unless it does so anyway, and the next event leave for it.
    fn step_everywhere(&mut self) {
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
        let Some(debug) = &mut self.driver.debug else { return };
        let ids = debug.remove_debugger();
        self.stop_stepping_through(&ids);
    }

    /// Allows native code of functions that nothing steps through any more.
    fn stop_stepping_through(&mut self, ids: &[u32]) {
        let mut debug = self.driver.debug.take().filter(|debug| !debug.is_idle());
        self.with_tier(|tier, vm| {
            let excludes = |id| debug.as_ref().is_some_and(|debug| debug.excludes(id));
            let free = |function: &&Function| ids.contains(&function.id()) && !excludes(function.id());
            for function in vm.driver.programs.functions().filter(free) {
                // SAFETY: the function is loaded.
                unsafe { tier.exclude(function, false) };
            }
        });
        self.driver.debug = debug.take();
    }

    /// Calls a function before each op that runs, to show what a program does. With a name, it sees only the ops of the
    /// functions of this name, including those that are loaded later.
    ///
    /// Traced functions are run by the interpreter, op by op; all others run as without a tracer. In a function that is
    /// running, also in an optimized loop, the trace begins at the latest after a thousand calls and backward jumps. A
    /// tracer sees what a debugger runs, and changes nothing that the program or a debugger can observe. A second one
    /// replaces the first. The trace ends when the tracer returns [`ControlFlow::Break`].
    ///
    /// ```
    /// use std::cell::RefCell;
    /// use std::ops::ControlFlow;
    /// use std::rc::Rc;
    ///
    /// use mimeo_doc_ops::{DOUBLE, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let lines = Rc::new(RefCell::new(Vec::new()));
    /// let trace = Rc::clone(&lines);
    /// machine.vm_mut().set_tracer(Some("double"), move |op| {
    ///     trace.borrow_mut().push(op.to_string());
    ///     ControlFlow::Continue(())
    /// });
    /// assert_eq!(machine.call(linked.function(DOUBLE), &[21]), Ok(42));
    /// assert_eq!(lines.take(), ["`double`  0000  add r0, r0, r0  ; r0=21", "`double`  0004  ret r0  ; r0=42"]);
    /// ```
    pub fn set_tracer(
        &mut self,
        function: Option<&str>,
        tracer: impl FnMut(&TracedOp<'_, I>) -> ControlFlow<()> + 'static,
    ) {
        self.remove_tracer();
        let tracer: Box<Tracer<I>> = Box::new(tracer);
        let debug = self.driver.debug.get_or_insert_with(Box::<Debug<I>>::default);
        debug.tracer = Some(tracer);
        match function {
            Some(name) => {
                debug.traced = Traced::Named(name.into(), FxHashSet::default());
                let functions: Vec<_> = self.driver.programs.functions().map(std::ptr::from_ref).collect();
                self.trace_named(&functions);
            }
            None => {
                debug.traced = Traced::Everything;
                self.step_everywhere();
            }
        }
    }

    /// Steps through those of these loaded functions that are traced by name.
    pub(crate) fn trace_named(&mut self, functions: &[*const Function]) {
        let Some(debug) = &mut self.driver.debug else { return };
        let Traced::Named(name, ids) = &mut debug.traced else { return };
        // SAFETY: the functions are loaded.
        let is_named = |function: &*const Function| unsafe { (**function).body().name == **name };
        let named: Vec<_> = functions.iter().copied().filter(is_named).collect();
        // SAFETY: the functions are loaded.
        ids.extend(named.iter().map(|&function| unsafe { (*function).id() }));
        for function in named {
            self.start_stepping_through(function);
        }
    }

    /// Ends the trace. See [`set_tracer`](Self::set_tracer).
    ///
    /// ```
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// machine.vm_mut().set_tracer(None, |_| panic!("it was removed"));
    /// machine.vm_mut().remove_tracer();
    /// assert_eq!(machine.call(linked.function(SUM), &[10]), Ok(55));
    /// ```
    pub fn remove_tracer(&mut self) {
        let Some(debug) = &mut self.driver.debug else { return };
        let ids = debug.remove_tracer();
        self.stop_stepping_through(&ids);
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
        let Some(debug) = self.driver.debug.as_mut().filter(|debug| debug.has_debugger) else { return Ok(false) };
        if debug.set_breakpoint(id, pc, is_set) {
            match is_set {
                true => self.start_stepping_through(function),
                false => self.stop_stepping_through(&[id]),
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
