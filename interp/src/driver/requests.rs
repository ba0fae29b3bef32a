//! A request → the call that the driver makes above the op's frame, and the op's end when that returns.
//!
//! Contract of this island: that of the driver.

use mimeo_def::Pc;
use mimeo_def::frame::Frame;
use mimeo_def::op::OperandKind;

use crate::request::Waiting;
use crate::stacks::end_of_frame;
use crate::{After, Function, InstructionSet, Then, Thrown, Value, Vm};

impl<I: InstructionSet> Vm<I> {
    /// Makes the call that the op of the top frame requested.
    ///
    /// # Errors
    ///
    /// If the stack has no room for the call, or there is not enough memory. The error is one of the op.
    pub(crate) fn begin_request(
        &mut self,
        function: *const Function,
        args: Vec<u64>,
        then: Then<I>,
    ) -> Result<(), Thrown> {
        // SAFETY: (1): the function was loaded when the op requested the call, and no program that a request names is
        // unloaded.
        let slots = unsafe { (*function).facts() }.slots as usize;
        self.make_room_for_request(slots.max(args.len()), &args)?;
        let record = self.core.frame;
        let (_, pc) = self.running(record);
        let waiting = Waiting { record: self.driver.stacks().index_of(record), pc, then };
        self.driver.wait(waiting);
        let base = end_of_frame(record);
        for (index, &arg) in args.iter().enumerate() {
            // SAFETY: (1): the frame fits the stack.
            unsafe { *base.add(index) = arg };
        }
        self.driver.spare_arguments = args;
        // A caller's `pc` is after its op.
        self.pass_op();
        // SAFETY: (1): there is room for both, as was just checked.
        unsafe {
            (*record).ret = self.driver.markers.finish;
            *record.add(1) = Frame::new(function.cast(), base);
            self.core.frame = record.add(1);
        }
        Ok(())
    }

    /// Finishes the op of the top frame when the call that it requested has returned.
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
                if target <= waiting.pc {
                    self.count_event();
                }
                // SAFETY: (2).
                unsafe { (*self.core.frame).pc = u64::from(target.0) };
            }
            After::Again => {}
        }
    }

    /// Returns the target of the label of the top frame's op.
    fn label(&self) -> Pc {
        let (op, body, pc) = self.top_op().expect("the op that requested the call is on top");
        let label = op.operands.iter().find(|operand| operand.kind == OperandKind::Label);
        let label = label.unwrap_or_else(|| panic!("`{}` has no label", op.name));
        Pc(body.read(pc, label.unit, label.kind.len_units()) as u32)
    }
}
