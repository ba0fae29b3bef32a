//! An op that returned `Err`, or a call that a tier refused → the call that the driver makes instead, or an error.
//!
//! Contract of this island: that of the driver.

use mimeo_def::frame::{Fault, Frame};

use super::{NoRoom, Vm};
use crate::request::RequestKind;
use crate::tier::Caller;
use crate::{Function, InstructionSet, TrapKind};

/// The driver's response to [`Exit::Throw`](mimeo_def::frame::Exit::Throw): an op returned `Err`, or a tier refused a call.
pub(super) enum Refused {
    /// The driver made the call, on behalf of this caller.
    Called(Caller),
    /// The fiber is suspended, as requested.
    Suspended,
    /// The op or the call failed.
    Failed,
}

impl<I: InstructionSet> Vm<I> {
    /// Handles [`Exit::Throw`](mimeo_def::frame::Exit::Throw), which left the tier of `caller`.
    #[inline]
    pub(super) fn refused(&mut self, caller: Caller) -> Refused {
        if self.call_on_larger_stack() {
            return Refused::Called(caller);
        }
        match self.take_request() {
            Some(RequestKind::Suspend) => Refused::Suspended,
            Some(RequestKind::Call(function, args, then)) => match self.begin_request(function, args, then) {
                Ok(()) => Refused::Called(Caller::Interpreter),
                Err(_) => Refused::Failed,
            },
            None => Refused::Failed,
        }
    }

    /// Takes the op's request, if the op returned `Thrown` only to make one.
    pub(crate) fn take_request(&mut self) -> Option<RequestKind<I>> {
        let request = self.driver.take_request();
        // A runtime function may have panicked after making the request.
        request.filter(|_| self.panic.is_none() && self.core.fault == 0).map(|request| request.kind)
    }

    /// Makes a call that a tier refused because the stack was full, if the stack can grow. Returns `true` if it did.
    fn call_on_larger_stack(&mut self) -> bool {
        let is_tail_call = match Fault::from_code(self.core.fault) {
            Some(Fault::Call) => false,
            Some(Fault::TailCall) => true,
            Some(Fault::Arity) | None => return false,
        };
        let fault = std::mem::take(&mut self.core.fault);
        let callee = self.core.fault_callee;
        let start = (self.core.fault_base.addr() - self.top_base().addr()) / size_of::<u64>();
        // SAFETY: a tier that refuses a call names a callee, which is a loaded function.
        let slots = unsafe { (*callee.cast::<Function>()).facts() }.slots as usize;
        match self.grow_for_op(start, slots, usize::from(!is_tail_call)) {
            Ok(()) => {}
            Err(NoRoom::Limits) => {
                self.core.fault = fault;
                return false;
            }
            Err(NoRoom::Memory) => {
                let _pending = self.throw_kind(TrapKind::OutOfMemory);
                return false;
            }
        }
        let top = self.core.frame;
        if is_tail_call {
            // SAFETY: (1): there is room for the frame.
            unsafe { (*top).function = callee };
            return true;
        }
        // A caller's `pc` is after its op.
        self.pass_op();
        let base = self.top_base().wrapping_add(start);
        // SAFETY: (1): there is room for the frame and for the record.
        unsafe {
            (*top).ret = self.driver.markers.ret;
            *top.add(1) = Frame::new(callee, base);
            self.core.frame = top.add(1);
        }
        self.return_to_native();
        true
    }
}
