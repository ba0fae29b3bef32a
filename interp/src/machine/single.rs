//! One op, a frame and a tier → what the op did, for the twin tests to compare.

use mimeo_def::Pc;
use mimeo_def::frame::{Core, Exit, Frame};

use super::Machine;
use crate::request::RequestKind;
use crate::tier::Caller;
use crate::{Function, FunctionRef, InstructionSet, Value, Vm};

/// The number of slots below and above the frame that must not change.
const MARGIN: usize = 256;

/// The contents of those slots.
const UNTOUCHED: [u64; MARGIN] = [0x5afe_5afe_5afe_5afe; MARGIN];

/// The number of records below that of the op's frame: the host's and the caller's.
const BELOW: usize = 2;

/// How an op ended, and where control went. For tests of single ops: see [`OpRun`].
///
/// ```
/// use mimeo::def::Pc;
/// use mimeo_doc_ops::{SUM, sample_machine};
/// use mimeo_interp::OpOutcome;
///
/// let (mut machine, linked) = sample_machine();
/// let run = machine.run_op(linked.function(SUM), Pc(0), false, &[10, 0, 0, 0]).expect("it is interpreted");
/// assert_eq!(run.outcome, OpOutcome::Continued(Pc(6)), "the next op: `number` is six units long");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpOutcome {
    /// Control went to this op of the same function: the next one or a label's.
    Continued(Pc),
    /// The op called a function.
    Called {
        /// Its [`Function::id`].
        callee: u32,
        /// The callee's slot 0, as a slot of the calling frame.
        base: u32,
        /// Where the caller resumes in the interpreter.
        ret: Pc,
        /// Where the caller resumes in the tier that made the call.
        resumes: Pc,
    },
    /// The op tail-called a function.
    TailCalled {
        /// Its [`Function::id`].
        callee: u32,
    },
    /// The op requested the call of a function.
    Requested {
        /// Its [`Function::id`].
        callee: u32,
        /// The op.
        pc: Pc,
    },
    /// The op returned to the caller; the result is in slot 0.
    Returned,
    /// The op threw an error.
    Threw {
        /// The text of the error.
        message: String,
        /// Where it was thrown.
        pc: Pc,
    },
    /// Native code was left with the wrong frame record on top for this exit.
    WrongFrame(Exit),
}

/// What one op did. For tests of single ops, such as `mimeo_twins::twins`; see [`Machine::run_op`].
///
/// ```
/// use mimeo::def::Pc;
/// use mimeo_doc_ops::{DIVIDE, sample_machine};
/// use mimeo_interp::OpOutcome;
///
/// let (mut machine, linked) = sample_machine();
/// let run = machine.run_op(linked.function(DIVIDE), Pc(0), false, &[7, 0]).expect("it is interpreted");
/// assert_eq!(run.outcome, OpOutcome::Threw { message: "cannot divide 7 by 0".to_owned(), pc: Pc(0) });
/// assert_eq!((run.slots, run.damaged.len()), (vec![7, 0], 0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpRun {
    /// How the op ended.
    pub outcome: OpOutcome,
    /// The frame's slots after the op, as bits.
    pub slots: Vec<u64>,
    /// What the op changed although no op may: memory outside the frame, or state that the machine reads later.
    pub damaged: Vec<&'static str>,
    /// Whether native code left the op to the interpreter.
    pub deopted: bool,
    /// The number of calls and backward jumps that were counted.
    pub events: u32,
}

impl<I: InstructionSet> Machine<I> {
    /// Limits the call depth to `depth` or to the machine's own limit, whichever is less. The frame of an op that
    /// [`run_op`](Self::run_op) runs is at depth 2, because it has a caller. For tests of single ops.
    ///
    /// ```
    /// use mimeo::TrapKind;
    /// use mimeo_doc_ops::{DEPTH, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// machine.limit_depth(10);
    /// assert_eq!(machine.call(linked.function(DEPTH), &[9]), Ok(9));
    /// assert_eq!(machine.call(linked.function(DEPTH), &[10]).unwrap_err().kind, TrapKind::StackOverflow);
    /// ```
    pub fn limit_depth(&mut self, depth: u32) {
        let vm = self.vm_mut();
        vm.driver.stacks_mut().limit_depth(depth);
        vm.use_limits();
    }

    /// Runs only the op at `pc` on a frame with these slots, natively if `native` is `true`. Additional slots are above
    /// the frame, for the frame of a run that the op's runtime function starts. For tests of single ops.
    ///
    /// Native code continues until an op for which it has to leave. To make it leave right after the tested op, use
    /// `Gaps::except_at` of `mimeo-jit`.
    ///
    /// Returns `None` if the op has no native code.
    ///
    /// # Panics
    ///
    /// If no reachable op starts at `pc`, `slots` is shorter than the function's frame, the slots do not fit the
    /// machine's value stack, or the function is not loaded (test `an_op_that_cannot_run_alone_panics`). Also resumes
    /// the panic of a runtime function.
    ///
    /// ```
    /// use mimeo::def::Pc;
    /// use mimeo_doc_ops::{DOUBLE, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let run = machine.run_op(linked.function(DOUBLE), Pc(0), false, &[21]).expect("it is interpreted");
    /// assert_eq!(run.slots, [42]);
    /// ```
    pub fn run_op(&mut self, function: FunctionRef<I>, pc: Pc, native: bool, slots: &[I::Value]) -> Option<OpRun> {
        let record = self.vm().driver.programs.function(function).expect("the function is loaded");
        assert!(record.facts().depth(pc).is_some(), "no reachable op starts at {pc}");
        let frame_len = record.facts().slots as usize;
        assert!(frame_len <= slots.len(), "the frame has more slots");
        let record: *const Function = record;
        let mut image = [&UNTOUCHED[..], &vec![0; slots.len()], &UNTOUCHED[..]].concat();
        for (place, value) in image[MARGIN..].iter_mut().zip(slots) {
            *place = value.to_bits();
        }
        let before_image = image.clone();
        let vm = self.vm_mut();
        let stacks = vm.driver.stacks();
        let bottom = stacks.base();
        assert!(image.len() * 8 <= stacks.limit() as usize - bottom as usize, "the slots do not fit");
        let host = stacks.host_frame();
        // SAFETY: the image fits the stack, and with it the frame; no run is active, and there is room for the
        // records of the host, a caller and the op's frame.
        unsafe {
            bottom.copy_from_nonoverlapping(image.as_ptr(), image.len());
            let base = bottom.add(MARGIN);
            let frame = |base, pc: u32, ret| Frame { function: record.cast(), base, pc: u64::from(pc), ret };
            vm.set_top(host, record, bottom);
            // A caller's `pc` is after the start of the op that called.
            *host.add(1) = frame(bottom, pc.0 + 1, vm.core.return_marker);
            *host.add(BELOW) = frame(base, pc.0, 0);
            vm.core.frame = host.add(BELOW);
        }
        vm.core.exit_before = 0;
        let budget = std::mem::replace(&mut vm.core.budget, i32::MAX);
        let before = Kept::of(&vm.core, host);
        let mut damaged = Vec::new();
        // SAFETY: the program stays loaded.
        let function = unsafe { &*record };
        let result = match native {
            true => vm.run_one_native(function, pc, &mut damaged),
            false => Some((vm.run_one(&mut damaged), false)),
        };
        damaged.extend(before.differences(&Kept::of(&vm.core, host)));
        before.restore(&mut vm.core);
        vm.core.frame = host;
        let events = i32::MAX.abs_diff(std::mem::replace(&mut vm.core.budget, budget));
        let (outcome, deopted) = result?;
        // SAFETY: the memory was written above.
        unsafe { image.as_mut_ptr().copy_from_nonoverlapping(bottom, image.len()) };
        let frame = MARGIN..MARGIN + frame_len;
        if image[..frame.start] != before_image[..frame.start] || image[frame.end..] != before_image[frame.end..] {
            damaged.push("the value stack outside of the frame");
        }
        Some(OpRun { outcome, slots: image[frame].to_vec(), damaged, deopted, events })
    }
}

/// State that the machine reads after an op and that no op may change in either tier.
struct Kept {
    stack_limit: *mut u64,
    frame_limit: *mut Frame,
    return_marker: usize,
    finish_marker: usize,
    /// If it is not 0, the next thrown error would be interpreted as a refused call.
    fault: u32,
    /// If it is [`PANICKED`](mimeo_def::frame::PANICKED), the next runtime call would be interpreted as one that
    /// panicked.
    exit: u32,
    /// The records of the host and of the caller.
    records: [Frame; BELOW],
}

impl Kept {
    fn of(core: &Core, host: *const Frame) -> Kept {
        let Core { stack_limit, frame_limit, return_marker, finish_marker, fault, exit_before, .. } = *core;
        // SAFETY: both were filled before.
        let records = unsafe { [*host, *host.add(1)] };
        Kept { stack_limit, frame_limit, return_marker, finish_marker, fault, exit: exit_before, records }
    }

    /// Returns the names of what differs.
    fn differences(&self, after: &Kept) -> impl Iterator<Item = &'static str> {
        let [host, caller] = &self.records;
        let [host_after, caller_after] = &after.records;
        let words = |frame: &Frame| (frame.function, frame.base, frame.pc, frame.ret);
        let differences = [
            ("`vm->core.stack_limit`", self.stack_limit != after.stack_limit),
            ("`vm->core.frame_limit`", self.frame_limit != after.frame_limit),
            ("`vm->core.exit`", self.exit != after.exit),
            ("`vm->core.return_marker`", self.return_marker != after.return_marker),
            ("`vm->core.finish_marker`", self.finish_marker != after.finish_marker),
            ("`vm->core.fault`", self.fault != after.fault),
            ("the host's record", words(host) != words(host_after)),
            ("the caller's record", words(caller) != words(caller_after)),
        ];
        differences.into_iter().filter(|(_, differs)| *differs).map(|(what, _)| what)
    }

    fn restore(&self, core: &mut Core) {
        core.stack_limit = self.stack_limit;
        core.frame_limit = self.frame_limit;
        core.return_marker = self.return_marker;
        core.finish_marker = self.finish_marker;
        core.fault = self.fault;
        core.exit_before = self.exit;
    }
}

/// Contract: that of the driver's island.
impl<I: InstructionSet> Vm<I> {
    /// Interprets the op at the top frame's `pc`.
    fn run_one(&mut self, damaged: &mut Vec<&'static str>) -> OpOutcome {
        // SAFETY: (2).
        let before = unsafe { *self.core.frame };
        // SAFETY: (1), (2): the top record is current and its pc is an op.
        let exit = unsafe { I::interpret::<true>(self) };
        self.outcome(exit, &before, damaged)
    }

    /// Runs that op natively, and returns `true` if native code left it to the interpreter.
    fn run_one_native(
        &mut self,
        function: &Function,
        pc: Pc,
        damaged: &mut Vec<&'static str>,
    ) -> Option<(OpOutcome, bool)> {
        let own = self.core.frame;
        // SAFETY: the function is loaded, and the references are current.
        let code = self.with_tier(|tier, vm| unsafe {
            tier.called(function, Caller::Host, vm.references())?;
            tier.return_address(function, pc)
        })??;
        self.core.exit = 0;
        // SAFETY: (2).
        let before = unsafe { *own };
        // SAFETY: the address is for the op at the top frame's pc.
        let exit = unsafe { self.enter(code) };
        // SAFETY: (2).
        if exit == Exit::Deopt && self.core.frame == own && unsafe { (*own).pc } == u64::from(pc.0) {
            return Some((self.run_one(damaged), true));
        }
        if exit == Exit::Call {
            // The driver counts a call that native code leaves for.
            self.count_event();
        }
        let mut outcome = self.outcome(exit, &before, damaged);
        if let OpOutcome::Called { resumes, .. } = &mut outcome {
            let exit_before = self.core.exit_before;
            // SAFETY: (2): the callee's record is on top of the caller's, into whose code `ret` goes.
            let exit = unsafe {
                self.core.frame = own;
                self.enter((*own).ret)
            };
            self.core.exit_before = exit_before;
            if exit == Exit::Deopt {
                *resumes = self.running(self.core.frame).1;
            }
        }
        Some((outcome, false))
    }

    /// Returns the outcome of the op that left by `exit`. `before` is the earlier content of its frame's record.
    fn outcome(&mut self, exit: Exit, before: &Frame, damaged: &mut Vec<&'static str>) -> OpOutcome {
        let top = self.core.frame;
        let own = self.driver.stacks().host_frame().wrapping_add(BELOW);
        let above_own = own.wrapping_add(1);
        // SAFETY: (2): the record was filled before.
        let record = unsafe { &mut *own };
        if record.base != before.base {
            damaged.push("`frame->base`");
            record.base = before.base;
        }
        // A tail call replaces the function.
        if record.function != before.function && !(exit == Exit::Call && top == own) {
            damaged.push("`frame->function`");
            record.function = before.function;
        }
        match exit {
            Exit::Deopt | Exit::Leave if top == own => OpOutcome::Continued(self.running(top).1),
            Exit::Finish | Exit::Return if top == own.wrapping_sub(1) => OpOutcome::Returned,
            Exit::Throw if top == own => {
                if let Some(RequestKind::Call(callee, ..)) = self.take_request() {
                    // SAFETY: a request names a loaded function.
                    let callee = unsafe { (*callee).id() };
                    return OpOutcome::Requested { callee, pc: self.running(top).1 };
                }
                self.note_error();
                let trap = self.take_trap();
                OpOutcome::Threw { message: trap.kind.to_string(), pc: trap.backtrace.frames[0].pc }
            }
            Exit::Call if top == own => OpOutcome::TailCalled { callee: self.running(top).0.id() },
            Exit::Call if top == above_own => {
                let callee = self.running(top).0.id();
                // SAFETY: (2): below a function's record is its caller's; both frames are in one stack.
                let (base, ret) =
                    unsafe { ((*top).base.offset_from_unsigned((*own).base) as u32, Pc((*own).pc as u32)) };
                OpOutcome::Called { callee, base, ret, resumes: ret }
            }
            exit => OpOutcome::WrongFrame(exit),
        }
    }
}
