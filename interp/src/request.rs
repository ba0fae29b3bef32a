//! A function whose result an op needs, and what to do with that result → a request, which the driver serves.
//!
//! The op's runtime function requests the call and returns the resulting [`Thrown`] as if an error had occurred, which
//! leaves native code. The driver then makes the call above the frame of the op, like any other call. Such calls
//! therefore do not nest on the native stack, and fibers can be suspended in them.

use std::num::NonZeroU64;

use mimeo_def::Pc;
use mimeo_def::op::{OpInfo, OperandKind};

use crate::asm::FunctionBody;
use crate::callable::find;
use crate::{Callable, Function, InstructionSet, Thrown, TrapKind, Value, Vm};

/// Where a function resumes after the call that its op requested.
///
/// ```
/// use std::rc::Rc;
///
/// use mimeo::After;
/// use mimeo_doc_ops::{CHOOSE, DOUBLE, sample_machine};
///
/// let (mut machine, linked) = sample_machine();
/// let double = linked.function(DOUBLE);
/// // `choose` returns 1 if its op jumps to the label.
/// machine.vm_mut().host.ask = Some(Rc::new(move |vm, args| {
///     let value = vm.slot(args.start());
///     Err(vm.request(double, &[value], |_, result| if result > 10 { After::Jump } else { After::Next }))
/// }));
/// assert_eq!(machine.call(linked.function(CHOOSE), &[5, 0])?, 0);
/// assert_eq!(machine.call(linked.function(CHOOSE), &[6, 0])?, 1);
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
///
/// An op that needs the results of several calls runs again after each of them:
///
/// ```
/// use mimeo::After;
/// use mimeo_doc_ops::{DOUBLE, in_op};
///
/// // Doubles its first operand, which is in slot 0, until that is above 20.
/// let result = in_op([3, 4], |vm, args| match vm.slot(args.start()) {
///     value @ ..=20 => Err(vm.request(vm.host.function(DOUBLE), &[value], |vm, result| {
///         vm.set_slot(0, result);
///         After::Again
///     })),
///     value => Ok(value),
/// });
/// assert_eq!(result, Ok(24));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// At the next op.
    Next,
    /// At the op's label.
    Jump,
    /// At the op itself, which runs again with what [`Then`] has left in its operands.
    Again,
}

/// The continuation of an op that requested a call: it receives the result when the op's frame is on top again.
///
/// It is a function pointer and captures nothing: it finds what it needs in the state of the language or in the op's
/// frame.
///
/// ```
/// use mimeo::{After, Then};
/// use mimeo_doc_ops::{DOUBLE, Ops, in_op};
///
/// let then: Then<Ops> = |vm, result| {
///     vm.set_result(0, result + 1);
///     After::Next
/// };
/// assert_eq!(in_op([3, 4], move |vm, _| Err(vm.request(vm.host.function(DOUBLE), &[5], then))), Ok(11));
/// ```
pub type Then<I> = fn(vm: &mut Vm<I>, result: <I as InstructionSet>::Value) -> After;

/// What the running op requests by returning `Err` without an error.
pub(crate) struct Request<I: InstructionSet> {
    /// The serial of the [`Thrown`] that the op has to return.
    pub(crate) serial: NonZeroU64,
    pub(crate) kind: RequestKind<I>,
}

pub(crate) enum RequestKind<I: InstructionSet> {
    /// Suspend the fiber.
    Suspend,
    /// Call this function with these arguments, as bits.
    Call(*const Function, Vec<u64>, Then<I>),
}

/// An op that waits for the result of a call that it requested.
pub(crate) struct Waiting<I: InstructionSet> {
    /// Index of the frame record.
    pub(crate) record: usize,
    /// The op.
    pub(crate) pc: Pc,
    pub(crate) then: Then<I>,
}

impl<I: InstructionSet> Vm<I> {
    /// Requests the call of a function. The call is made once the running op returns the [`Thrown`] that this method
    /// returns. When the function returns, `then` receives its result, and the op is done: see
    /// [`set_result`](Self::set_result). An error of the function or of the call itself is an error of the op. If the
    /// op throws an error afterwards, the error replaces the request.
    ///
    /// The call does not nest on the native stack and does not count towards
    /// [`Limits::nesting`](crate::Limits::nesting): a metamethod called like this can call another one, as deeply as
    /// functions can nest. The arguments are copied to a buffer that is reused.
    ///
    /// # Panics
    ///
    /// If no op is running (test `a_request_needs_a_running_op`).
    ///
    /// ```
    /// use mimeo::After;
    /// use mimeo_doc_ops::{DOUBLE, in_op};
    ///
    /// let result = in_op([3, 4], |vm, args| {
    ///     let (double, value) = (vm.host.function(DOUBLE), vm.slot(args.start()));
    ///     Err(vm.request(double, &[value], |vm, result| {
    ///         vm.set_result(0, result + 1);
    ///         After::Next
    ///     }))
    /// });
    /// assert_eq!(result, Ok(7));
    /// ```
    pub fn request(&mut self, function: impl Callable<I>, args: &[I::Value], then: Then<I>) -> Thrown {
        assert!(self.top_op().is_some(), "no op is running that could request a call");
        let Ok(function) = find(self, function) else { return self.throw_kind(TrapKind::NotLoaded) };
        // SAFETY: it is loaded, as `find` has checked.
        if let Err(kind) = check_arity(unsafe { (*function).body() }, args.len()) {
            return self.throw_kind(kind);
        }
        let mut bits = std::mem::take(&mut self.driver.spare_arguments);
        bits.clear();
        if bits.try_reserve(args.len()).is_err() {
            return self.throw_kind(TrapKind::OutOfMemory);
        }
        bits.extend(args.iter().map(|arg| arg.to_bits()));
        self.make_request(RequestKind::Call(function, bits, then))
    }

    /// Makes a request of the op pending. It replaces an error that the op has not returned.
    #[inline]
    pub(crate) fn make_request(&mut self, kind: RequestKind<I>) -> Thrown {
        let serial = self.driver.next_serial();
        if self.pending.is_some() {
            self.pending = None;
        }
        self.driver.set_request(Request { serial, kind });
        Thrown { serial }
    }

    /// Sets a result of an op that requests a call: the slot that its encoding names. It can be called before the
    /// request or, as in the example at [`request`](Self::request), when the call has returned.
    ///
    /// # Panics
    ///
    /// If no op is running (test `a_request_needs_a_running_op`), or the op has no such result, which includes every op
    /// of a stack machine (test `results_that_an_op_lacks_cannot_be_set`).
    ///
    /// ```
    /// use mimeo::After;
    /// use mimeo_doc_ops::{DOUBLE, in_op};
    ///
    /// let result = in_op([3, 4], |vm, _| {
    ///     vm.set_result(0, 100);
    ///     // The result of the call is ignored, so the op keeps the result set above.
    ///     Err(vm.request(vm.host.function(DOUBLE), &[1], |_, _| After::Next))
    /// });
    /// assert_eq!(result, Ok(100));
    /// ```
    pub fn set_result(&mut self, index: usize, value: I::Value) {
        let (op, body, pc) = self.top_op().expect("no op is running that could have a result");
        let mut results = op.operands.iter().filter(|operand| operand.kind == OperandKind::Slot { output: true });
        let result = results.nth(index).unwrap_or_else(|| panic!("`{}` has no result {index}", op.name));
        let slot = body.read(pc, result.unit, 1) as u32;
        self.set_slot(slot, value);
    }

    /// Returns the op of the top frame with its function's body and its position. Returns `None` if nothing runs.
    pub(crate) fn top_op(&self) -> Option<(&'static OpInfo, &FunctionBody, Pc)> {
        let (function, pc) = self.active(self.core.frame)?;
        let body = function.body();
        Some((&I::OPS[usize::from(body.code[pc.0 as usize])], body, pc))
    }
}

/// Checks that a function accepts this number of arguments.
pub(crate) fn check_arity<E>(body: &FunctionBody, given: usize) -> Result<(), TrapKind<E>> {
    if accepts(body, given) {
        return Ok(());
    }
    Err(TrapKind::Arity { function: body.name.clone(), takes: body.arity, given: given as u32 })
}

/// Whether a function accepts this number of arguments.
#[inline]
pub(crate) fn accepts(body: &FunctionBody, given: usize) -> bool {
    let takes = usize::from(body.arity);
    given == takes || given > takes && body.variadic
}
