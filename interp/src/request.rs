//! A function that an op needs the result of, and what is to be done with that → a call that the run goes on with.
//!
//! The op's runtime function asks for the call and returns what it gets, as if it had thrown: that leaves native code. The
//! driver then makes the call, above the frame of the op, as any other. So such calls do not nest on the native stack, and
//! fibers can be suspended in them.
//!
//! Contract of this island: that of the driver's.

use std::num::NonZeroU64;

use mimeo_def::Pc;
use mimeo_def::frame::Frame;
use mimeo_def::op::{OpInfo, OperandKind};

use crate::asm::FunctionBody;
use crate::callable::find;
use crate::driver::end_of_frame;
use crate::{Callable, Function, InstructionSet, Thrown, TrapKind, Value, Vm};

/// Where the function goes on whose op asked for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// At the next op.
    Next,
    /// At the op's label.
    Jump,
}

/// What is done with the result of the call. The frame of the op that asked for it is on top again.
pub type Then<I> = fn(vm: &mut Vm<I>, result: <I as InstructionSet>::Value) -> After;

/// What the running op asks for when it returns `Err` without an error.
pub(crate) struct Request<I: InstructionSet> {
    /// That of the [`Thrown`] which the op has to return.
    pub(crate) serial: NonZeroU64,
    pub(crate) kind: RequestKind<I>,
}

pub(crate) enum RequestKind<I: InstructionSet> {
    /// The fiber is to be suspended.
    Suspend,
    /// A function is to be called with arguments, as bits.
    Call(*const Function, Vec<u64>, Then<I>),
}

/// What waits for the result of a call that an op asked for.
pub(crate) struct Waiting<I: InstructionSet> {
    /// Index of its record.
    pub(crate) record: usize,
    /// The op.
    pc: Pc,
    then: Then<I>,
}

impl<I: InstructionSet> Vm<I> {
    /// Calls a function as soon as the running op has returned what this returns. The op is done then; what becomes of the
    /// result is up to `then`, which is called once the function has returned: see [`set_result`](Self::set_result).
    /// An error of the function is one of the op, and so is one of the call itself. What is thrown after this takes its
    /// place.
    ///
    /// Without a [`Limits::nesting`](crate::Limits::nesting): a metamethod can be called so, and can call another one, as
    /// deep as functions may.
    ///
    /// # Panics
    ///
    /// When no op is running.
    pub fn request(&mut self, function: impl Callable<I>, args: &[I::Value], then: Then<I>) -> Thrown {
        assert!(self.top_op().is_some(), "no op is running that could ask for a call");
        let Ok(function) = find(self, function) else { return self.throw_kind(TrapKind::NotLoaded) };
        // SAFETY: it is loaded, as `find` has seen.
        if let Err(kind) = check_arity(unsafe { (*function).body() }, args.len()) {
            return self.throw_kind(kind);
        }
        let mut bits = std::mem::take(&mut self.driver.spare_arguments);
        bits.clear();
        bits.extend(args.iter().map(|arg| arg.to_bits()));
        self.make_request(RequestKind::Call(function, bits, then))
    }

    /// The op's request takes the place of an error that nobody has returned.
    pub(crate) fn make_request(&mut self, kind: RequestKind<I>) -> Thrown {
        let serial = self.driver.next_serial();
        self.pending = None;
        self.driver.set_request(Request { serial, kind });
        Thrown { serial }
    }

    /// Sets a result of the op that asked for a call, or is about to: the slot that its encoding names.
    ///
    /// # Panics
    ///
    /// When no op is running, when the op has no such result, or when it is one of a stack machine.
    pub fn set_result(&mut self, index: usize, value: I::Value) {
        let (op, body, pc) = self.top_op().expect("no op is running that could have a result");
        let mut results = op.operands.iter().filter(|operand| operand.kind == OperandKind::Slot { output: true });
        let result = results.nth(index).unwrap_or_else(|| panic!("`{}` has no result {index}", op.name));
        let slot = body.read(pc, result.unit, 1) as u32;
        self.set_slot(slot, value);
    }

    /// Makes the function the top one that the op of the top frame has asked for.
    ///
    /// # Errors
    ///
    /// When the call has no room; the error is one of the op.
    pub(crate) fn begin_request(
        &mut self,
        function: *const Function,
        args: Vec<u64>,
        then: Then<I>,
    ) -> Result<(), Thrown> {
        // SAFETY: (1): the function was loaded when the op asked for it, and no program is unloaded that a request names.
        let slots = unsafe { (*function).facts() }.slots as usize;
        self.make_room(slots.max(args.len()), 1)?;
        let record = self.core.frame;
        let base = end_of_frame(record);
        for (index, &arg) in args.iter().enumerate() {
            // SAFETY: (1): the frame fits the stack.
            unsafe { *base.add(index) = arg };
        }
        self.driver.spare_arguments = args;
        let (_, pc) = self.running(record);
        // A caller is after its op.
        self.pass_op();
        self.driver.wait(Waiting { record: self.driver.stacks().index_of(record), pc, then });
        // SAFETY: (1): there is room for both, as was just seen.
        unsafe {
            (*record).ret = self.driver.markers.finish;
            *record.add(1) = Frame::new(function.cast(), base);
            self.core.frame = record.add(1);
        }
        Ok(())
    }

    /// The function that the op of the top frame has asked for has returned.
    pub(crate) fn finish_request(&mut self) {
        let record = self.core.frame.cast_const();
        let waiting = self.driver.end_wait(self.driver.stacks().index_of(record));
        let waiting = waiting.expect("only a frame that waits is returned to as the host's is");
        // SAFETY: (1): the function's frame was after this one, and its result is in its first slot.
        let result = unsafe { I::Value::from_bits(*end_of_frame(record)) };
        // SAFETY: (2).
        unsafe { (*self.core.frame).pc = u64::from(waiting.pc.0) };
        match (waiting.then)(self, result) {
            After::Next => self.pass_op(),
            After::Jump => {
                let target = self.label();
                // SAFETY: (2).
                unsafe { (*self.core.frame).pc = u64::from(target.0) };
            }
        }
    }

    /// Where the label of the top frame's op leads.
    fn label(&self) -> Pc {
        let (op, body, pc) = self.top_op().expect("the op that asked for the call is on top");
        let label = op.operands.iter().find(|operand| operand.kind == OperandKind::Label);
        let label = label.unwrap_or_else(|| panic!("`{}` has no label", op.name));
        Pc(body.read(pc, label.unit, label.kind.len_units()) as u32)
    }

    /// The op of the top frame, and where it is; `None` when nothing runs.
    pub(crate) fn top_op(&self) -> Option<(&'static OpInfo, &FunctionBody, Pc)> {
        let (function, pc) = self.active(self.core.frame)?;
        let body = function.body();
        Some((&I::OPS[usize::from(body.code[pc.0 as usize])], body, pc))
    }
}

/// Whether a function takes so many arguments.
pub(crate) fn check_arity<E>(body: &FunctionBody, given: usize) -> Result<(), TrapKind<E>> {
    let takes = usize::from(body.arity);
    if given == takes || given > takes && body.variadic {
        return Ok(());
    }
    Err(TrapKind::Arity { function: body.name.clone(), takes: body.arity, given: given as u32 })
}
