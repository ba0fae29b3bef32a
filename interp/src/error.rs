//! A thrown error → a jump to its handler, or an error of the call that started the run.

use std::num::NonZeroU64;
use std::panic::resume_unwind;

use mimeo_def::Pc;
use mimeo_def::frame::{Fault, Frame};
use mimeo_def::op::OperandKind;

use crate::trap::Site;
use crate::{Backtrace, Function, FunctionRef, InstructionSet, Thrown, Trap, TrapKind, Vm};

/// An error that has not been caught.
pub(crate) struct Pending<I: InstructionSet> {
    pub(crate) serial: NonZeroU64,
    kind: TrapKind<I::Error>,
    /// The op that threw, once the tier has been left because of the error.
    site: Option<(FunctionRef<I>, Pc)>,
    /// The frames of the runs that the error has left.
    backtrace: Backtrace,
}

/// The language's function that is called before functions are left because of an error: see
/// [`Vm::set_before_unwinding`].
pub(crate) type BeforeUnwinding<I> =
    fn(&mut Vm<I>, &TrapKind<<I as InstructionSet>::Error>) -> Result<Option<<I as InstructionSet>::Error>, Thrown>;

impl<I: InstructionSet> Vm<I> {
    /// Makes an error of the language pending. The op returns the result as `Err(…)`.
    ///
    /// ```
    /// use mimeo::TrapKind;
    ///
    /// let trap = mimeo_doc_ops::in_op([1, 2], |vm, _| Err(vm.throw("no"))).unwrap_err();
    /// assert_eq!(trap.kind, TrapKind::Language("no".to_owned()));
    /// ```
    #[cold]
    pub fn throw(&mut self, error: impl Into<I::Error>) -> Thrown {
        self.throw_kind(TrapKind::Language(error.into()))
    }

    /// Makes an error that was caught pending again. A runtime function that catches errors does so with one that it
    /// must not keep, such as a [stop](TrapKind::is_stop).
    ///
    /// ```
    /// use mimeo_doc_ops::{DIVIDE, in_op};
    ///
    /// let trap = in_op([7, 0], |vm, _| match vm.run(vm.host.function(DIVIDE), &[7, 0]) {
    ///     Ok(quotient) => Ok(quotient),
    ///     Err(thrown) => {
    ///         let trap = vm.catch(thrown);
    ///         Err(vm.throw_again(trap))
    ///     }
    /// });
    /// let trap = trap.expect_err("one cannot divide by 0");
    /// assert_eq!(trap.to_string(), "sample:3:5: cannot divide 7 by 0");
    /// // The division, and the function that called it.
    /// assert_eq!(trap.backtrace.depth(), 2);
    /// ```
    #[cold]
    pub fn throw_again(&mut self, trap: Trap<I::Error>) -> Thrown {
        let thrown = self.throw_kind(trap.kind);
        if let Some(pending) = &mut self.pending {
            pending.backtrace = trap.backtrace;
        }
        thrown
    }

    /// Makes an error pending. It replaces an earlier request of the op.
    #[cold]
    pub(crate) fn throw_kind(&mut self, kind: TrapKind<I::Error>) -> Thrown {
        let serial = self.driver.next_serial();
        self.pending = Some(Pending { serial, kind, site: None, backtrace: Backtrace::default() });
        self.driver.withdraw_request();
        Thrown { serial }
    }

    /// Throws the error of a function that could not be called. The error is at the op that made the call, or in the
    /// function itself if the host did.
    pub(crate) fn throw_in(&mut self, function: &Function, kind: TrapKind<I::Error>) -> Thrown {
        let site = (self.driver.nesting() == 0).then(|| Site { position: None, ..Site::new(function.body(), Pc(0)) });
        let thrown = self.throw_kind(kind);
        if let (Some(pending), Some(site)) = (&mut self.pending, site) {
            pending.backtrace.frames.push(site);
        }
        thrown
    }

    /// Returns the pending error of the language. For garbage collectors: the values that it holds are roots.
    ///
    /// ```
    /// let result = mimeo_doc_ops::in_op([1, 2], |vm, _| {
    ///     let _thrown = vm.throw("no");
    ///     assert_eq!(vm.pending_error().map(String::as_str), Some("no"));
    ///     vm.take_error();
    ///     Ok(5)
    /// });
    /// assert_eq!(result, Ok(5));
    /// ```
    pub fn pending_error(&self) -> Option<&I::Error> {
        match &self.pending.as_ref()?.kind {
            TrapKind::Language(error) => Some(error),
            _ => None,
        }
    }

    /// Takes the pending error, in a handler or after a failed call. The program continues as if nothing had been
    /// thrown. Returns `None` if no error is pending. See [`pending_error`](Self::pending_error) for an example.
    pub fn take_error(&mut self) -> Option<Trap<I::Error>> {
        self.pending.is_some().then(|| self.take_trap())
    }

    /// Takes the pending error in the form that the host receives.
    pub(crate) fn take_trap(&mut self) -> Trap<I::Error> {
        let pending = self.pending.take().expect("a `Thrown` is the proof of an error");
        let mut backtrace = pending.backtrace;
        if backtrace.frames.is_empty() {
            let site = match pending.site {
                Some((function, pc)) => self.driver.programs.function(function).ok().map(|function| (function, pc)),
                None => self.active(self.core.frame),
            };
            backtrace.frames.extend(site.map(|(function, pc)| Site::new(function.body(), pc)));
        }
        Trap { kind: pending.kind, backtrace }
    }

    /// Completes the pending error after it left a tier: resumes a runtime function's panic, turns a refused call into
    /// an error, and notes where the error was thrown, unless an inner run has done so.
    pub(crate) fn note_error(&mut self) {
        if let Some(payload) = self.panic.take() {
            resume_unwind(payload);
        }
        if let Some(fault) = Fault::from_code(std::mem::take(&mut self.core.fault)) {
            self.throw_fault(fault);
        }
        let site = self.active(self.core.frame).map(|(function, pc)| (function.reference(), pc));
        let pending = self.pending.as_mut().expect("an error is pending when it leaves a tier");
        if pending.backtrace.frames.is_empty() {
            pending.site = pending.site.or(site);
        }
    }

    fn throw_fault(&mut self, fault: Fault) {
        let kind = match fault {
            Fault::Call | Fault::TailCall => TrapKind::StackOverflow,
            Fault::Arity => {
                // SAFETY: a tier that refuses a call names a callee, which is a loaded function.
                let callee = unsafe { &*self.core.fault_callee.cast::<Function>() }.body();
                TrapKind::Arity { function: callee.name.clone(), takes: callee.arity, given: self.arguments_given() }
            }
        };
        let _pending = self.throw_kind(kind);
    }

    /// Returns the number of arguments that the calling op passes: the length of its window. A tail call without a
    /// window passes what is in the frame.
    fn arguments_given(&self) -> u32 {
        let (op, body, pc) = self.top_op().expect("an op made the call");
        let window = op.operands.iter().find_map(|operand| match operand.kind {
            OperandKind::Window => Some(body.read(pc, operand.unit, 2) >> 16),
            OperandKind::StackWindow => Some(body.read(pc, operand.unit, 1)),
            _ => None,
        });
        window.map_or(u32::from(body.locals), |len| len as u32)
    }

    /// Unwinds to the frame that catches the pending error. The run continues at its handler, which is an event, because
    /// throwing to an earlier handler is a loop.
    ///
    /// # Errors
    ///
    /// The pending error, if no frame of the innermost run catches it.
    ///
    /// # Panics
    ///
    /// Resumes the panic of a runtime function, which no handler catches.
    pub(crate) fn unwind(&mut self) -> Result<(), Thrown> {
        self.note_error();
        self.call_before_unwinding();
        let is_stop = self.pending.as_ref().is_some_and(|pending| pending.kind.is_stop());
        let catches = !is_stop || self.driver.handlers_catch_stops;
        let mut record = self.core.frame;
        while let Some((function, pc)) = self.active(record) {
            let pc = self.pc_of_op(record, pc);
            let mut handlers = function.body().handlers.iter();
            let handler = handlers.find(|handler| catches && handler.from <= pc && pc < handler.to);
            if let Some(handler) = handler {
                let target = handler.target;
                // SAFETY: (1) of the driver's contract.
                unsafe { (*record).pc = u64::from(target.0) };
                self.driver.forget_waits(self.driver.stacks().index_of(record));
                self.core.frame = record;
                self.count_event();
                return Ok(());
            }
            record = record.wrapping_sub(1);
        }
        // `record` is now the host's.
        self.trace(record);
        Err(self.thrown())
    }

    /// Sets the function that is called before functions are left because of an error, once for each error: where it was
    /// thrown, with all functions still active. It gets the kind of the error, and can return another error instead. A
    /// language that calls handlers before it unwinds does so here for the errors that the machine throws. A garbage
    /// collector does not find the values of the error meanwhile, so the function keeps them.
    ///
    /// It is not called for errors that [stop](TrapKind::is_stop) the program. After a stack overflow or too many nested
    /// runs, it has a small reserve beyond the limits. If it throws an error, that error replaces the first one.
    ///
    /// ```
    /// use mimeo::TrapKind;
    /// use mimeo_doc_ops::{DEPTH, new_machine, sample_program};
    ///
    /// let mut machine = new_machine();
    /// let depth = machine.load(&sample_program())?.function(DEPTH);
    /// machine.vm_mut().set_before_unwinding(|vm, kind| {
    ///     let is_overflow = matches!(kind, TrapKind::StackOverflow);
    ///     Ok(is_overflow.then(|| format!("{} functions are active", vm.frames().count())))
    /// });
    /// let trap = machine.call(depth, &[1_000_000]).expect_err("it is too deep");
    /// assert_eq!(trap.kind, TrapKind::Language("200000 functions are active".to_owned()));
    /// # Ok::<(), mimeo::LoadError>(())
    /// ```
    #[expect(clippy::type_complexity, reason = "an alias would hide what the function gets and returns")]
    pub fn set_before_unwinding(
        &mut self,
        function: fn(&mut Vm<I>, &TrapKind<I::Error>) -> Result<Option<I::Error>, Thrown>,
    ) {
        self.driver.before_unwinding = Some(function);
    }

    fn call_before_unwinding(&mut self) {
        let Some(function) = self.driver.before_unwinding else { return };
        // An error that has left a run was noticed there.
        let is_new = |pending: &Pending<I>| pending.backtrace.frames.is_empty() && !pending.kind.is_stop();
        let Some(mut pending) = self.pending.take_if(|pending| is_new(pending)) else { return };
        let needs_reserve = matches!(pending.kind, TrapKind::StackOverflow | TrapKind::Nesting);
        let with_reserve = WithReserve::new(self, needs_reserve);
        let replaced = function(with_reserve.vm, &pending.kind);
        drop(with_reserve);
        match replaced {
            Ok(None) => self.pending = Some(pending),
            Ok(Some(error)) => {
                pending.kind = TrapKind::Language(error);
                self.pending = Some(pending);
            }
            Err(_) => self.note_error(),
        }
    }

    /// Returns a position inside the op that a record runs. The `pc` of a caller is already after that op.
    fn pc_of_op(&self, record: *const Frame, pc: Pc) -> Pc {
        if std::ptr::eq(record, self.core.frame) { pc } else { Pc(pc.0 - 1) }
    }

    /// Adds the frames of the run of this host to the backtrace of the pending error, which leaves the run.
    fn trace(&mut self, host: *mut Frame) {
        let top = self.core.frame;
        // SAFETY: (1) of the driver's contract: both are records of one array.
        let count = unsafe { top.offset_from_unsigned(host) };
        let [inner, outer] = Backtrace::KEPT;
        let left_out = inner..count.saturating_sub(outer);
        let sites: Vec<Site> = (0..count)
            .filter(|index| !left_out.contains(index))
            .map(|index| {
                let record = top.wrapping_sub(index);
                let (function, pc) = self.running(record);
                Site::new(function.body(), self.pc_of_op(record, pc))
            })
            .collect();
        let Some(Pending { backtrace, .. }) = &mut self.pending else { return };
        if !left_out.is_empty() {
            let (count, before) = backtrace.omitted.unwrap_or((0, backtrace.frames.len() + inner));
            backtrace.omitted = Some((count + left_out.len(), before));
        }
        backtrace.frames.extend(sites);
    }

    /// Returns the proof of the pending error.
    fn thrown(&self) -> Thrown {
        Thrown { serial: self.pending.as_ref().expect("an error is pending").serial }
    }
}

/// Nested runs that the function called before unwinding may add after an error of too many.
const NESTING_RESERVE: i32 = 4;

/// A guard that adds a reserve to the limits of the current stacks and of nested runs until it is dropped.
struct WithReserve<'a, I: InstructionSet> {
    vm: &'a mut Vm<I>,
    is_added: bool,
}

impl<'a, I: InstructionSet> WithReserve<'a, I> {
    fn new(vm: &'a mut Vm<I>, is_added: bool) -> Self {
        let with_reserve = WithReserve { vm, is_added };
        with_reserve.vm.change_reserve(is_added, true);
        with_reserve
    }
}

impl<I: InstructionSet> Drop for WithReserve<'_, I> {
    fn drop(&mut self) {
        self.vm.change_reserve(self.is_added, false);
    }
}

impl<I: InstructionSet> Vm<I> {
    fn change_reserve(&mut self, is_wanted: bool, is_added: bool) {
        if is_wanted {
            self.driver.stacks_mut().set_reserve(is_added);
            self.driver.change_nesting(if is_added { NESTING_RESERVE } else { -NESTING_RESERVE });
            self.use_limits();
        }
    }
}
