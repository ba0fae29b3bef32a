//! One op on a given frame, in the tier that the caller names: what the twin tests compare.

use mimeo_def::Pc;
use mimeo_def::frame::Exit;

use super::Machine;
use crate::request::RequestKind;
use crate::tier::Caller;
use crate::{Function, FunctionRef, InstructionSet, Value, Vm};

/// Slots below and above the frame that must not change.
const MARGIN: usize = 16;

/// What is in them.
const UNTOUCHED: u64 = 0x5afe_5afe_5afe_5afe;

/// Where an op went.
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
        /// Where the caller goes on in the interpreter.
        ret: Pc,
        /// Where the caller goes on when the tier that made the call is returned to.
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
    /// An error is on its way.
    Threw {
        /// Its text.
        message: String,
        /// Where it was thrown.
        pc: Pc,
    },
}

/// What one op did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpRun {
    /// Where it went.
    pub went: Went,
    /// The frame's slots after it, as bits.
    pub slots: Vec<u64>,
    /// It wrote to the value stack outside of its frame, or a run that it started did.
    pub strayed: bool,
    /// Native code had the interpreter run it.
    pub deopted: bool,
}

impl<I: InstructionSet> Machine<I> {
    /// From now on calls fit to this depth only, or to what the limits say if that is less.
    pub fn limit_depth(&mut self, depth: u32) {
        let vm = self.vm_mut();
        vm.driver.stacks_mut().limit_depth(depth);
        vm.use_limits();
    }

    /// Runs the op at `pc`, and nothing else, on a frame with these slots; natively when `native` is set. Further slots
    /// lie above the frame, where a run that the op's runtime function starts has its own.
    ///
    /// Native code runs on to the next op that it has to leave for. A test of one op wants it to leave behind that
    /// op at once, which is what `only_at` in the configuration of `mimeo-jit` is for.
    ///
    /// The answer is `None` when there is no native code for the op.
    ///
    /// # Panics
    ///
    /// When control does not get to an op at `pc`, when `slots` is shorter than the function's frame, or the slots
    /// do not fit the machine's value stack; and with the panic of a runtime function.
    pub fn run_op(&mut self, function: FunctionRef<I>, pc: Pc, native: bool, slots: &[I::Value]) -> Option<OpRun> {
        let record = self.vm().driver.programs.function(function).expect("the function is loaded");
        assert!(record.facts().depth(pc).is_some(), "control does not get to {pc}");
        let frame_len = record.facts().slots as usize;
        assert!(frame_len <= slots.len(), "the frame is longer");
        let record: *const Function = record;
        let mut image = vec![UNTOUCHED; slots.len() + 2 * MARGIN];
        for (place, value) in image[MARGIN..].iter_mut().zip(slots) {
            *place = value.to_bits();
        }
        let before = image.clone();
        let vm = self.vm_mut();
        let stacks = vm.driver.stacks();
        let bottom = stacks.base();
        assert!(image.len() * 8 <= stacks.limit() as usize - bottom as usize, "the slots do not fit");
        let host = stacks.host_frame();
        // SAFETY: the image fits the stack, and with it the frame; no run is under way.
        let base = unsafe {
            bottom.copy_from_nonoverlapping(image.as_ptr(), image.len());
            let base = bottom.add(MARGIN);
            vm.set_top(host, record, base, pc);
            base
        };
        // SAFETY: the program stays loaded.
        let outcome = if native { vm.one_native(unsafe { &*record }, pc) } else { Some((vm.one(base), false)) };
        vm.core.frame = host;
        let (went, deopted) = outcome?;
        // SAFETY: the memory was written above.
        unsafe { image.as_mut_ptr().copy_from_nonoverlapping(bottom, image.len()) };
        let frame = MARGIN..MARGIN + frame_len;
        let strayed = image[..frame.start] != before[..frame.start] || image[frame.end..] != before[frame.end..];
        Some(OpRun { went, slots: image[frame].to_vec(), strayed, deopted })
    }
}

/// Contract: that of the driver's island.
impl<I: InstructionSet> Vm<I> {
    /// Has the interpreter run the op at the top frame's pc.
    fn one(&mut self, base: *const u64) -> Went {
        // SAFETY: (1), (2): the top record is current and its pc is an op.
        let exit = unsafe { I::interpret::<true>(self) };
        self.went(exit, base)
    }

    /// Has native code run it; also says whether that handed it back.
    fn one_native(&mut self, function: &Function, pc: Pc) -> Option<(Went, bool)> {
        let base = self.running_base();
        let mut tier = self.driver.tier.take();
        // SAFETY: the function is loaded, and the references are those of now.
        let code = tier.as_mut().and_then(|tier| unsafe {
            tier.called(function, Caller::Host, self.driver.references(self.core.frame))?;
            tier.return_address(function, pc)
        });
        self.driver.tier = tier;
        let code = code?;
        // SAFETY: the address is for the op at the top frame's pc.
        let exit = unsafe { self.enter(code) };
        if exit == Exit::Deopt && self.running(self.core.frame).1 == pc {
            return Some((self.one(base), true));
        }
        let mut went = self.went(exit, base);
        if let Went::Called { resumes, .. } = &mut went {
            // SAFETY: (2): the callee's record is on top of the caller's, into whose code `ret` goes.
            let exit = unsafe {
                let caller = self.core.frame.sub(1);
                self.core.frame = caller;
                self.enter((*caller).ret)
            };
            if exit == Exit::Deopt {
                *resumes = self.running(self.core.frame).1;
            }
        }
        Some((went, false))
    }

    fn running_base(&self) -> *const u64 {
        // SAFETY: (2).
        unsafe { (*self.core.frame).base }
    }

    fn went(&mut self, exit: Exit, base: *const u64) -> Went {
        let top = self.core.frame;
        match exit {
            Exit::Deopt | Exit::Leave => Went::To(self.running(top).1),
            Exit::Finish | Exit::Return => Went::Returned,
            Exit::Throw => {
                if let Some(RequestKind::Call(callee, ..)) = self.take_request() {
                    // SAFETY: a request names a loaded function.
                    let callee = unsafe { (*callee).id() };
                    return Went::Requested { callee, pc: self.running(top).1 };
                }
                self.note_error();
                let trap = self.take_trap();
                Went::Threw { message: trap.kind.to_string(), pc: trap.backtrace.frames[0].pc }
            }
            Exit::Call => {
                let callee = self.running(top).0.id();
                // SAFETY: (2): below the only frame is the host's record.
                if unsafe { (*top.sub(1)).function.is_null() } {
                    return Went::TailCalled { callee };
                }
                // SAFETY: (2): below a function's record is its caller's; both frames are in one stack.
                let (base, ret) = unsafe {
                    let caller = top.sub(1);
                    ((*top).base.offset_from_unsigned(base) as u32, Pc((*caller).pc as u32))
                };
                Went::Called { callee, base, ret, resumes: ret }
            }
        }
    }
}
