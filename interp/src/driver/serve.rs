//! A used-up budget → what was due at this op boundary: interruption, fuel, hook, sample.
//!
//! Contract of this island: that of the driver.

use mimeo_def::Pc;

use super::Vm;
use crate::budget::{Hook, WhenEmpty};
use crate::debug::EVERYWHERE;
use crate::{Control, FiberError, FiberRef, InstructionSet, Thrown, TrapKind};

/// What happened at an op boundary.
pub(super) enum Served {
    /// What was due is done.
    Continue,
    /// Nothing was due.
    Nothing,
    /// The next op runs alone, because of a debugger.
    Step,
    /// The fiber is suspended until it has fuel again.
    Suspend,
}

impl<I: InstructionSet> Vm<I> {
    /// Counts a call or a backward jump, and returns `true` if the budget is used up.
    #[inline(always)]
    pub(crate) fn count_event(&mut self) -> bool {
        self.core.budget -= 1;
        self.core.budget < 0
    }

    /// Does what is due. The top frame is at an op boundary.
    pub(super) fn serve(&mut self) -> Result<Served, Thrown> {
        self.settle();
        let result = self.serve_due();
        self.arm();
        result
    }

    fn settle(&mut self) {
        self.driver.budget.settle(self.core.budget);
    }

    fn arm(&mut self) {
        self.core.budget = self.driver.budget.arm();
    }

    /// Makes the next event leave for the driver.
    pub(super) fn serve_at_next_event(&mut self) {
        self.settle();
        self.driver.budget.stops_at_next_event = true;
        self.arm();
    }

    fn serve_due(&mut self) -> Result<Served, Thrown> {
        self.driver.budget.stops_at_next_event = false;
        // What is served here can run functions, in which the program does not stop.
        let stops = self.driver.debug.as_mut().is_some_and(|debug| std::mem::take(&mut debug.stops_at_event));
        let served = self.serve_host();
        let is_paused = matches!(served, Ok(Served::Continue)) && self.driver.budget.control.take_pause();
        if let Some(debug) = &mut self.driver.debug
            && debug.has_debugger
            && (stops || is_paused)
        {
            if let Ok(Served::Continue) = served {
                (debug.step_up_to, debug.is_paused) = (Some(EVERYWHERE), is_paused);
            } else {
                debug.stops_at_event = true;
            }
        }
        if let Ok(Served::Continue) = served
            && self.driver.budget.next_quantum()
        {
            self.sample();
        }
        served
    }

    /// Does what the host wants: interrupts the program, ends or refills its fuel, calls its hook.
    fn serve_host(&mut self) -> Result<Served, Thrown> {
        self.check_interrupt()?;
        if self.driver.budget.fuel.is_some_and(|fuel| fuel < 0) {
            if self.suspends_when_empty() {
                // The event is counted again when the fiber is resumed.
                self.driver.budget.fuel = Some(0);
                return Ok(Served::Suspend);
            }
            self.refill()?;
        }
        if self.driver.budget.hook_due <= 0 {
            self.call_hook()?;
        }
        Ok(Served::Continue)
    }

    /// Notes where the program is, and tells the native tier if that is at the head of a loop.
    fn sample(&mut self) {
        let (function, pc) = self.running(self.core.frame);
        if pc == Pc(0)
            && let Some((caller, after)) = self.active(self.core.frame.wrapping_sub(1))
        {
            caller.add_sampled_callee(after, function);
        }
        let Some(samples) = function.add_sample(pc) else { return };
        self.with_tier(|tier, vm| {
            let (function, pc) = vm.running(vm.core.frame);
            // SAFETY: the function is loaded, and the references are current.
            unsafe { tier.sampled(function, pc, samples, vm.references()) };
        });
    }

    /// Returns `true` if a run without fuel is suspended: the host wants it, and the only run is that of a fiber.
    fn suspends_when_empty(&self) -> bool {
        let wants = matches!(self.driver.budget.when_empty, WhenEmpty::Suspend);
        wants && self.driver.nesting() == 1 && self.driver.innermost_is_fiber()
    }

    /// Gets fuel from the host until the program has enough.
    fn refill(&mut self) -> Result<(), Thrown> {
        while let Some(fuel) = self.driver.budget.fuel.filter(|&fuel| fuel < 0) {
            let mut more = None;
            if let WhenEmpty::Refill(mut refill) =
                std::mem::replace(&mut self.driver.budget.when_empty, WhenEmpty::Trap)
            {
                self.driver.budget.fuel = None;
                self.arm();
                more = refill(self).filter(|&more| more > 0);
                self.settle();
                self.driver.budget.when_empty = WhenEmpty::Refill(refill);
            }
            let Some(more) = more else {
                self.driver.budget.fuel = Some(0);
                return Err(self.throw_kind(TrapKind::OutOfFuel));
            };
            self.driver.budget.fuel = Some(fuel.saturating_add_unsigned(more));
        }
        Ok(())
    }

    fn call_hook(&mut self) -> Result<(), Thrown> {
        let Some((interval, hook)) = &mut self.driver.budget.hook else { return Ok(()) };
        let interval = *interval;
        // The hook is not called in what it runs.
        let Some(mut hook) = hook.take() else { return Ok(()) };
        self.arm();
        let result = hook(self);
        self.settle();
        // The hook may have removed or replaced itself.
        if let Some((_, running @ None)) = &mut self.driver.budget.hook {
            *running = Some(hook);
            self.driver.budget.hook_due = i64::from(interval);
        }
        result
    }
}

/// # Budget
///
/// Both tiers count *events*: an event is a call or a backward jump, and every loop and every recursion consists of
/// them. The count is the same in every tier and mode. It limits the work of a program ([`set_fuel`](Vm::set_fuel)),
/// interrupts it ([`control`](Vm::control)) and calls a hook at intervals ([`set_hook`](Vm::set_hook)).
///
/// A program that is interrupted or out of fuel gets an error that its handlers cannot catch, unless
/// [`MachineBuilder::handlers_catch_stops`](crate::MachineBuilder::handlers_catch_stops) allows it.
impl<I: InstructionSet> Vm<I> {
    /// Returns the handle through which other threads interrupt this machine.
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, _| {
    ///     let control = vm.control().clone();
    ///     Ok(i64::from(control.is_interrupted()))
    /// });
    /// assert_eq!(result, Ok(0));
    /// ```
    pub fn control(&self) -> &Control {
        &self.driver.budget.control
    }

    /// Returns `true` if the host wants the program to stop. A runtime function that takes long calls this now and then,
    /// and returns the error of [`check_interrupt`](Self::check_interrupt).
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// assert_eq!(in_op([3, 4], |vm, _| Ok(i64::from(vm.is_interrupted()))), Ok(0));
    /// ```
    #[inline]
    pub fn is_interrupted(&self) -> bool {
        self.driver.budget.control.is_interrupted()
    }

    /// Ends the runtime function if the host wants the program to stop.
    ///
    /// # Errors
    ///
    /// [`TrapKind::Interrupted`]. A runtime function that catches it does not keep the program alive: the interruption
    /// stays until the outermost run has ended, unless
    /// [`handlers_catch_stops`](crate::MachineBuilder::handlers_catch_stops).
    ///
    /// ```
    /// use mimeo::TrapKind;
    /// use mimeo_doc_ops::in_op;
    ///
    /// let trap = in_op([3, 4], |vm, _| {
    ///     vm.check_interrupt()?;
    ///     vm.control().interrupt();
    ///     vm.check_interrupt()?;
    ///     Ok(0)
    /// });
    /// assert_eq!(trap.expect_err("it is interrupted").kind, TrapKind::Interrupted);
    /// ```
    #[inline]
    pub fn check_interrupt(&mut self) -> Result<(), Thrown> {
        if self.is_interrupted() { Err(self.throw_interrupted()) } else { Ok(()) }
    }

    #[cold]
    fn throw_interrupted(&mut self) -> Thrown {
        if self.driver.handlers_catch_stops {
            self.driver.budget.control.clear();
        } else {
            self.driver.budget.is_stopping = true;
        }
        self.throw_kind(TrapKind::Interrupted)
    }

    /// Ends an interruption that the program got, because the outermost run has ended.
    pub(super) fn end_interruption(&mut self) {
        if std::mem::take(&mut self.driver.budget.is_stopping) {
            self.driver.budget.control.clear();
        }
    }

    /// Returns the number of events that are left to the program, or `None` if there is no limit.
    ///
    /// ```
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// assert_eq!(machine.vm().fuel(), None);
    /// machine.vm_mut().set_fuel(Some(100));
    /// machine.call(linked.function(SUM), &[10])?;
    /// // One call and ten iterations, the first of which is not a jump backwards.
    /// assert_eq!(machine.vm().fuel(), Some(89));
    /// # Ok::<(), mimeo_doc_ops::Trap>(())
    /// ```
    pub fn fuel(&self) -> Option<u64> {
        self.driver.budget.fuel_at(self.core.budget)
    }

    /// Sets the number of events that are left to the program; `None` removes the limit. See [`fuel`](Self::fuel) for
    /// an example.
    pub fn set_fuel(&mut self, events: Option<u64>) {
        self.settle();
        self.driver.budget.fuel = events.map(|events| i64::try_from(events).unwrap_or(i64::MAX));
        self.arm();
    }

    /// Sets the action when the program has used its fuel, which at first is to trap. See [`WhenEmpty`] for an example.
    pub fn when_empty(&mut self, action: WhenEmpty<I>) {
        self.driver.budget.when_empty = action;
    }

    /// Takes fuel for the work of a runtime function, and ends the function if the host wants the program to stop. A
    /// runtime function whose work can be large calls it with the number of its steps.
    ///
    /// # Errors
    ///
    /// [`TrapKind::OutOfFuel`] and [`TrapKind::Interrupted`]. With [`WhenEmpty::Suspend`] the function ends normally, and
    /// the fiber is suspended at the next event.
    ///
    /// ```
    /// use mimeo::TrapKind;
    /// use mimeo_doc_ops::in_op;
    ///
    /// let trap = in_op([3, 4], |vm, _| {
    ///     vm.set_fuel(Some(1000));
    ///     vm.spend_fuel(600)?;
    ///     assert_eq!(vm.fuel(), Some(400));
    ///     vm.spend_fuel(600)?;
    ///     Ok(0)
    /// });
    /// assert_eq!(trap.expect_err("there is not enough").kind, TrapKind::OutOfFuel);
    /// ```
    #[inline]
    pub fn spend_fuel(&mut self, events: u32) -> Result<(), Thrown> {
        match self.core.budget.checked_sub_unsigned(events) {
            Some(left @ 0..) => {
                self.core.budget = left;
                Ok(())
            }
            _ => self.serve_runtime_function(events),
        }
    }

    /// Spends fuel for which the budget is too small, and does what is due then.
    #[cold]
    fn serve_runtime_function(&mut self, events: u32) -> Result<(), Thrown> {
        self.settle();
        self.driver.budget.spend(i64::from(events));
        let mut result = self.check_interrupt();
        if result.is_ok() && !self.suspends_when_empty() {
            result = self.refill();
        }
        self.driver.budget.next_quantum();
        self.arm();
        result
    }

    /// Calls a function of the host after every `interval` events, at an op boundary, until there is another one. Native
    /// code calls it as well. The function sees the frames of the program, and can end the program with an error.
    ///
    /// ```
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// machine.vm_mut().set_hook(4, |vm| {
    ///     vm.host.printed.push(vm.slot(1));
    ///     Ok(())
    /// });
    /// machine.call(linked.function(SUM), &[10])?;
    /// assert_eq!(machine.vm().host.printed.len(), 2);
    /// # Ok::<(), mimeo_doc_ops::Trap>(())
    /// ```
    pub fn set_hook(&mut self, interval: u32, hook: impl FnMut(&mut Vm<I>) -> Result<(), Thrown> + 'static) {
        let hook: Box<Hook<I>> = Box::new(hook);
        self.settle();
        let interval = interval.max(1);
        self.driver.budget.hook = Some((interval, Some(hook)));
        self.driver.budget.hook_due = i64::from(interval);
        self.arm();
    }

    /// Removes the hook.
    ///
    /// ```
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// machine.vm_mut().set_hook(1, |_| panic!("it was removed"));
    /// machine.vm_mut().remove_hook();
    /// assert_eq!(machine.call(linked.function(SUM), &[10]), Ok(55));
    /// ```
    pub fn remove_hook(&mut self) {
        // The budget ends where the hook would have been due, and nothing else is due there.
        self.driver.budget.hook = None;
    }

    /// Returns the number of events until the hook is called, at least 1, or `None` if there is no hook. While the hook
    /// runs, the number has no meaning.
    ///
    /// ```
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// assert_eq!(vm.hook_due(), None);
    /// vm.set_hook(100, |_| Ok(()));
    /// machine.call(linked.function(SUM), &[10])?;
    /// // One call and ten backward jumps.
    /// assert_eq!(machine.vm().hook_due(), Some(89));
    /// # Ok::<(), mimeo_doc_ops::Trap>(())
    /// ```
    pub fn hook_due(&self) -> Option<u32> {
        self.driver.budget.hook_due_at(self.core.budget)
    }

    /// Returns `true` if a fiber is suspended because its fuel was used up ([`WhenEmpty::Suspend`]), and not because it
    /// requested it.
    ///
    /// # Errors
    ///
    /// If the fiber is not suspended.
    ///
    /// ```
    /// use mimeo::{FiberExit, FiberLimits, WhenEmpty};
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// vm.when_empty(WhenEmpty::Suspend);
    /// vm.set_fuel(Some(7));
    /// let fiber = vm.new_fiber(FiberLimits::default()).expect("there is memory");
    /// let mut exit = vm.start_fiber(fiber, linked.function(SUM), &[10]).expect("it does not trap");
    /// while exit == FiberExit::Suspended {
    ///     assert_eq!(vm.is_out_of_fuel(fiber), Ok(true));
    ///     vm.set_fuel(Some(3));
    ///     exit = vm.resume_fiber(fiber).expect("it does not trap");
    /// }
    /// assert_eq!(exit, FiberExit::Done(55));
    /// ```
    pub fn is_out_of_fuel(&self, fiber: FiberRef<I>) -> Result<bool, FiberError> {
        self.driver.is_out_of_fuel(fiber)
    }
}
