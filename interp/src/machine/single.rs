//! One op on a given frame, in the tier that the caller names: what the twin tests compare.

use mimeo_def::Pc;
use mimeo_def::frame::{Core, Exit, Frame};

use super::Machine;
use crate::request::RequestKind;
use crate::tier::Caller;
use crate::{Function, FunctionRef, InstructionSet, Value, Vm};

/// Slots below and above the frame that must not change.
const MARGIN: usize = 256;

/// What is in them.
const UNTOUCHED: [u64; MARGIN] = [0x5afe_5afe_5afe_5afe; MARGIN];

/// Records below that of the op's frame: the host's, and one of a function that called.
const BELOW: usize = 2;

/// Where an op went. For tests of single ops: see [`OpRun`].
///
/// ```
/// use mimeo::def::Pc;
/// use mimeo_doc_ops::{SUM, sample_machine};
/// use mimeo_interp::Went;
///
/// let (mut machine, linked) = sample_machine();
/// let run = machine.run_op(linked.function(SUM), Pc(0), false, &[10, 0, 0, 0]).expect("it is interpreted");
/// assert_eq!(run.went, Went::To(Pc(6)), "the next op: `number` is six units long");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Went {
    /// To the op at this place of the same function, which is the next one or a label's.
    To(Pc),
    /// Into a function.
    Called {
        /// Its [`Function::id`].
        callee: u32,
        /// Its slot 0, as a slot of the calling frame.
        base: u32,
        /// Where the caller resumes in the interpreter.
        ret: Pc,
        /// Where the caller resumes in the tier that made the call.
        resumes: Pc,
    },
    /// Into a function that took the place of the running one.
    TailCalled {
        /// Its [`Function::id`].
        callee: u32,
    },
    /// Into a function whose result the op needs.
    Requested {
        /// Its [`Function::id`].
        callee: u32,
        /// The op.
        pc: Pc,
    },
    /// Back to the caller; the result is in slot 0.
    Returned,
    /// Nowhere: it threw an error.
    Threw {
        /// The text of the error.
        message: String,
        /// Where it was thrown.
        pc: Pc,
    },
    /// Out of native code with a frame record on top that is not the one that this exit needs.
    Lost(Exit),
}

/// What one op did. For tests of single ops, as `mimeo_twins::twins` does them; see [`Machine::run_op`].
///
/// ```
/// use mimeo::def::Pc;
/// use mimeo_doc_ops::{DIVIDE, sample_machine};
/// use mimeo_interp::Went;
///
/// let (mut machine, linked) = sample_machine();
/// let run = machine.run_op(linked.function(DIVIDE), Pc(0), false, &[7, 0]).expect("it is interpreted");
/// assert_eq!(run.went, Went::Threw { message: "cannot divide 7 by 0".to_owned(), pc: Pc(0) });
/// assert_eq!((run.slots, run.damaged.len()), (vec![7, 0], 0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpRun {
    /// Where it went.
    pub went: Went,
    /// The frame's slots after it, as bits.
    pub slots: Vec<u64>,
    /// What it changed that no op may change: memory outside of the frame, and what the machine reads later.
    pub damaged: Vec<&'static str>,
    /// Native code had the interpreter run it.
    pub deopted: bool,
}

impl<I: InstructionSet> Machine<I> {
    /// Lets calls fit to this depth only, or to what the limits say if that is less. The frame of an op that
    /// [`run_op`](Self::run_op) runs is 2 deep: it has a caller. For tests of single ops.
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

    /// Runs the op at `pc`, and nothing else, on a frame with these slots; natively when `native` is set. Further slots
    /// lie above the frame, where a run that the op's runtime function starts has its own. For tests of single ops.
    ///
    /// Native code runs on to the next op for which it has to leave. A test of one op wants it to leave right after
    /// that op, which is what `Gaps::except_at` of `mimeo-jit` is for.
    ///
    /// The answer is `None` when there is no native code for the op.
    ///
    /// # Panics
    ///
    /// If control does not get to an op at `pc`, if `slots` is shorter than the function's frame, if the slots do not
    /// fit the machine's value stack, or if the function is not loaded (test `an_op_that_cannot_run_alone_panics`); and
    /// with the panic of a runtime function.
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
        assert!(record.facts().depth(pc).is_some(), "control does not get to {pc}");
        let frame_len = record.facts().slots as usize;
        assert!(frame_len <= slots.len(), "the frame is longer");
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
            // A caller's pc is after the start of the op that called.
            *host.add(1) = frame(bottom, pc.0 + 1, vm.core.return_marker);
            *host.add(BELOW) = frame(base, pc.0, 0);
            vm.core.frame = host.add(BELOW);
        }
        vm.core.exit_before = 0;
        let before = Kept::of(&vm.core, host);
        let mut damaged = Vec::new();
        // SAFETY: the program stays loaded.
        let function = unsafe { &*record };
        let outcome = match native {
            true => vm.one_native(function, pc, &mut damaged),
            false => Some((vm.one(&mut damaged), false)),
        };
        damaged.extend(before.differences(&Kept::of(&vm.core, host)));
        before.restore(&mut vm.core);
        vm.core.frame = host;
        let (went, deopted) = outcome?;
        // SAFETY: the memory was written above.
        unsafe { image.as_mut_ptr().copy_from_nonoverlapping(bottom, image.len()) };
        let frame = MARGIN..MARGIN + frame_len;
        if image[..frame.start] != before_image[..frame.start] || image[frame.end..] != before_image[frame.end..] {
            damaged.push("the value stack outside of the frame");
        }
        Some(OpRun { went, slots: image[frame].to_vec(), damaged, deopted })
    }
}

/// What the machine reads after an op, and no op changes, whichever tier runs it.
struct Kept {
    stack_limit: *mut u64,
    frame_limit: *mut Frame,
    return_marker: usize,
    finish_marker: usize,
    /// Not 0: the next error that is thrown will be taken for a refused call.
    fault: u32,
    /// [`PANICKED`](mimeo_def::frame::PANICKED) here has the next runtime call taken for one that panicked.
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

    /// Names what differs.
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
    /// Has the interpreter run the op at the top frame's pc.
    fn one(&mut self, damaged: &mut Vec<&'static str>) -> Went {
        // SAFETY: (2).
        let before = unsafe { *self.core.frame };
        // SAFETY: (1), (2): the top record is current and its pc is an op.
        let exit = unsafe { I::interpret::<true>(self) };
        self.went(exit, &before, damaged)
    }

    /// Has native code run it; also says whether that handed it back.
    fn one_native(&mut self, function: &Function, pc: Pc, damaged: &mut Vec<&'static str>) -> Option<(Went, bool)> {
        let own = self.core.frame;
        // SAFETY: the function is loaded, and the references are those of now.
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
            return Some((self.one(damaged), true));
        }
        let mut went = self.went(exit, &before, damaged);
        if let Went::Called { resumes, .. } = &mut went {
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
        Some((went, false))
    }

    /// Where the op went that left by `exit`; `before` is what the record of its frame was.
    fn went(&mut self, exit: Exit, before: &Frame, damaged: &mut Vec<&'static str>) -> Went {
        let top = self.core.frame;
        let own = self.driver.stacks().host_frame().wrapping_add(BELOW);
        let above_own = own.wrapping_add(1);
        // SAFETY: (2): the record was filled before.
        let record = unsafe { &mut *own };
        if record.base != before.base {
            damaged.push("`frame->base`");
            record.base = before.base;
        }
        // A tail call puts another function here.
        if record.function != before.function && !(exit == Exit::Call && top == own) {
            damaged.push("`frame->function`");
            record.function = before.function;
        }
        match exit {
            Exit::Deopt | Exit::Leave if top == own => Went::To(self.running(top).1),
            Exit::Finish | Exit::Return if top == own.wrapping_sub(1) => Went::Returned,
            Exit::Throw if top == own => {
                if let Some(RequestKind::Call(callee, ..)) = self.take_request() {
                    // SAFETY: a request names a loaded function.
                    let callee = unsafe { (*callee).id() };
                    return Went::Requested { callee, pc: self.running(top).1 };
                }
                self.note_error();
                let trap = self.take_trap();
                Went::Threw { message: trap.kind.to_string(), pc: trap.backtrace.frames[0].pc }
            }
            Exit::Call if top == own => Went::TailCalled { callee: self.running(top).0.id() },
            Exit::Call if top == above_own => {
                let callee = self.running(top).0.id();
                // SAFETY: (2): below a function's record is its caller's; both frames are in one stack.
                let (base, ret) =
                    unsafe { ((*top).base.offset_from_unsigned((*own).base) as u32, Pc((*own).pc as u32)) };
                Went::Called { callee, base, ret, resumes: ret }
            }
            exit => Went::Lost(exit),
        }
    }
}
