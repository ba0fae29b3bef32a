//! A function that an op needs the result of, and what is to be done with that → a call that the run goes on with.
//!
//! The op's runtime function asks for the call and hands on what it gets, as if it had thrown: that leaves native code. The
//! driver then makes the call, above the frame of the op, as any other. So such calls do not nest on the native stack, and
//! fibers can be suspended in them.
//!
//! Contract of this island: that of the driver's.

use mimeo_def::Pc;
use mimeo_def::frame::Frame;
use mimeo_def::op::{OpInfo, OperandKind};

use crate::asm::FunctionBody;
use crate::driver::end_of_frame;
use crate::{Callee, Function, InstructionSet, Thrown, Value, Vm};

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

/// What the running op wishes, when it hands on that something was thrown although nothing was.
pub(crate) enum Wish<I: InstructionSet> {
    /// The fiber is to be suspended.
    Suspend,
    /// A function is to be called, whose arguments lie behind the frame already.
    Call(Callee, Then<I>),
}

/// What waits for the result of a call that an op asked for.
pub(crate) struct Waiting<I: InstructionSet> {
    /// The op.
    pc: Pc,
    then: Then<I>,
}

impl<I: InstructionSet> Vm<I> {
    /// Calls a function as soon as the running op has handed on what this returns. The op is done then; what becomes of the
    /// result is up to `then`, which is called once the function has returned: see [`set_result`](Self::set_result).
    /// An error of the function is one of the op. What is thrown after this takes its place.
    ///
    /// Without a [`Limits::nesting`](crate::Limits::nesting): a metamethod can be called so, and can call another one, as
    /// deep as functions may.
    ///
    /// # Panics
    ///
    /// When there are not as many arguments as the function takes; there may be more if it is variadic.
    pub fn request(&mut self, callee: Callee, args: &[I::Value], then: Then<I>) -> Thrown {
        // SAFETY: a callee is a function of a loaded program: see `Machine::unload`.
        let function = unsafe { &*callee.0.cast::<Function>() };
        let body = function.body();
        let arity = usize::from(body.arity);
        assert!(args.len() == arity || args.len() > arity && body.variadic, "`{}` takes {arity} arguments", body.name);
        let base = end_of_frame(self.core.frame);
        let room_bytes = self.core.stack_limit as u64 - base as u64;
        let slots = (function.facts().slots as usize).max(args.len());
        if room_bytes < slots as u64 * 8 || self.core.frame >= self.core.frame_limit {
            return self.throw("stack overflow");
        }
        for (index, arg) in args.iter().enumerate() {
            // SAFETY: (1): the frame fits the stack.
            unsafe { *base.add(index) = arg.to_bits() };
        }
        self.driver.wish = Some(Wish::Call(callee, then));
        Thrown(())
    }

    /// Sets a result of the op that asked for a call, or is about to: the slot that its encoding names.
    ///
    /// # Panics
    ///
    /// When the op has no such result, or is one of a stack machine.
    pub fn set_result(&mut self, index: usize, value: I::Value) {
        let (op, body, pc) = self.top_op();
        let mut results = op.operands.iter().filter(|operand| operand.kind == OperandKind::Slot { output: true });
        let result = results.nth(index).unwrap_or_else(|| panic!("`{}` has no result {index}", op.name));
        let slot = body.read(pc, result.unit, 1) as u32;
        self.set_slot(slot, value);
    }

    /// Makes the function the top one that the op of the top frame has asked for.
    pub(crate) fn begin_request(&mut self, callee: Callee, then: Then<I>) {
        let record = self.core.frame;
        let (_, pc) = self.running(record);
        // A caller is behind its op, and what was there before is no more.
        self.pass_op();
        self.driver.waiting.insert(record.addr(), Waiting { pc, then });
        let base = end_of_frame(record);
        // SAFETY: (1): `request` has found room for both.
        unsafe {
            (*record).ret = self.driver.markers.finish;
            *record.add(1) = Frame { function: callee.0, base, pc: 0, ret: 0 };
            self.core.frame = record.add(1);
        }
    }

    /// The function that the op of the top frame has asked for has returned.
    pub(crate) fn finish_request(&mut self) {
        let record = self.core.frame.cast_const();
        let waiting = self.driver.waiting.remove(&record.addr());
        let waiting = waiting.expect("only a frame that waits is returned to as the host's is");
        // SAFETY: (1): the function's frame was behind this one, and its result is in its first slot.
        let result = I::Value::from_bits(unsafe { *end_of_frame(record) });
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
        let (op, body, pc) = self.top_op();
        let label = op.operands.iter().find(|operand| operand.kind == OperandKind::Label);
        let label = label.unwrap_or_else(|| panic!("`{}` has no label", op.name));
        Pc(body.read(pc, label.unit, label.kind.len_units()) as u32)
    }

    /// The op of the top frame, and where it is.
    pub(crate) fn top_op(&self) -> (&'static OpInfo, &FunctionBody, Pc) {
        let (function, pc) = self.running(self.core.frame);
        let body = function.body();
        (&I::OPS[usize::from(body.code[pc.0 as usize])], body, pc)
    }

    /// The frames above `below`, up to `top`, wait for nothing any more.
    pub(crate) fn forget_requests(&mut self, below: *const Frame, top: *const Frame) {
        self.driver.forget_requests(below.addr() + 1..top.addr() + 1);
    }
}
