//! [`Flow`], the result of an op, and the operand types from which an op makes one.

use std::marker::PhantomData;
use std::num::NonZeroU64;

use mimeo_def::Pc;
use mimeo_def::frame::FunctionHeader;

use crate::reference::named_by;

/// Where control goes after an op.
///
/// An op returns a flow and cannot keep it. Ops use the methods that create the variants:
///
/// ```text
/// #[vm_op]
/// fn jump_if_less(a: i64, b: i64, to: Label) -> Flow {
///     if a < b { to.jump() } else { Flow::Next }
/// }
/// ```
///
/// ```
/// use mimeo_doc_ops::{Flow, new_machine};
///
/// let mut machine = new_machine();
/// let vm = machine.vm_mut();
/// assert!(matches!(vm.ret(7), Flow::Return(7)));
/// assert!(matches!(vm.deopt(), Flow::Leave));
/// ```
#[derive(Debug)]
#[must_use = "an op's flow is its result"]
#[non_exhaustive]
pub enum Flow<I> {
    /// To the next op.
    Next,
    /// To a label; made by [`Label::jump`] and [`Labels::jump`].
    Jump(Label),
    /// Into a function, then to the next op; made by `vm.call(callee, args)`.
    Call(Callee<I>, Window),
    /// Into a function that replaces the running one; made by `vm.tail_call(callee)`.
    TailCall(Callee<I>),
    /// Back to the caller, with the bits of the result; made by `vm.ret(value)`.
    Return(u64),
    /// Back to the caller, with the values of a window; made by `vm.ret_window(window)`.
    ReturnWindow(Window),
    /// To the next op, in the interpreter; made by `vm.deopt()`.
    Leave,
}

/// A branch target, as an operand of an op. In the assembler it is a [`Target`](crate::asm::Target).
///
/// An op receives a label each time it runs and can [`jump`](Self::jump) to it.
///
/// ```
/// use mimeo::def::Slot;
/// use mimeo_doc_ops::{Assembler, ProgramBuilder, new_machine};
///
/// // `jump` is declared as `fn jump(to: Label) -> Flow { to.jump() }`.
/// let mut code = Assembler::new("over", 1, 1);
/// let end = code.label();
/// code.jump(end);
/// code.number(Slot(0), 0);
/// code.bind(end);
/// code.ret(Slot(0));
///
/// let mut builder = ProgramBuilder::new();
/// let over = builder.declare("over");
/// builder.define(over, code.finish()?);
/// let mut machine = new_machine();
/// let linked = machine.load(&builder.finish()?.verify()?)?;
/// assert_eq!(machine.call(linked.function(over), &[7])?, 7, "the op that sets 0 is skipped");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Label(pub(crate) u32);

impl Label {
    /// Returns the flow that goes to the label. See [`Label`] for an example.
    #[inline(always)]
    pub fn jump<I>(self) -> Flow<I> {
        Flow::Jump(self)
    }
}

/// A list of branch targets, as an operand of an op. In the assembler it is a slice of [`Target`](crate::asm::Target)s.
///
/// ```
/// use mimeo::def::Slot;
/// use mimeo_doc_ops::{Assembler, ProgramBuilder, new_machine};
///
/// // `jump_to_one` is declared as `fn jump_to_one(index: i64, to: Labels) -> Flow { to.jump(index as u64) }`.
/// let mut code = Assembler::new("pick", 1, 1);
/// let labels = [code.label(), code.label()];
/// code.jump_to_one(Slot(0), &labels);
/// for (label, result) in labels.into_iter().zip([10, 20]) {
///     code.bind(label);
///     code.number(Slot(0), result);
///     code.ret(Slot(0));
/// }
///
/// let mut builder = ProgramBuilder::new();
/// let pick = builder.declare("pick");
/// builder.define(pick, code.finish()?);
/// let mut machine = new_machine();
/// let linked = machine.load(&builder.finish()?.verify()?)?;
/// let pick = linked.function(pick);
/// assert_eq!([0, 1, 7].map(|index| machine.call(pick, &[index]).unwrap()), [10, 20, 20]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Labels(
    // It lives as long as the function, and nothing can take it out of the op.
    pub(crate) &'static [Pc],
);

impl Labels {
    /// Returns the flow that goes to the label with this index, or to the last label if the list is shorter. See
    /// [`Labels`] for an example.
    #[inline(always)]
    pub fn jump<I>(self, index: u64) -> Flow<I> {
        let last = self.0.len() as u64 - 1;
        Flow::Jump(Label(self.0[index.min(last) as usize].0))
    }
}

/// A range of slots, as an operand of an op: the arguments of a call. The callee's frame starts at the first of them,
/// and its result is written there.
///
/// A window is valid while its op runs. Runtime functions read its slots with [`Vm::slot`](crate::Vm::slot).
///
/// ```
/// use mimeo_doc_ops::in_op;
///
/// let sum = in_op([3, 4], |vm, args| {
///     let slots = args.start()..args.start() + args.len() as u32;
///     Ok(slots.map(|slot| vm.slot(slot)).sum())
/// });
/// assert_eq!(sum, Ok(7));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// First slot, counted from the frame's base.
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Window {
    /// Returns the number of slots.
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// assert_eq!(in_op([3, 4], |_, args| Ok(args.len() as i64)), Ok(2));
    /// ```
    #[inline(always)]
    #[expect(clippy::len_without_is_empty, reason = "the op language has no `is_empty`")]
    pub fn len(self) -> u64 {
        u64::from(self.len)
    }

    /// Returns the first slot, counted from slot 0 of the op's frame. For runtime functions: see
    /// [`Vm::slot`](crate::Vm::slot).
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let first = in_op([3, 4], |vm, args| Ok(vm.slot(args.start())));
    /// assert_eq!(first, Ok(3));
    /// ```
    #[inline(always)]
    pub fn start(self) -> u32 {
        self.start
    }

    /// Decodes a window from an argument of a runtime function. Used by generated code only.
    #[doc(hidden)]
    #[inline(always)]
    pub fn from_word(word: u64) -> Window {
        Window { start: word as u32, len: (word >> 32) as u32 }
    }
}

/// The address of a function of the running machine, by which ops and stencils call it.
///
/// Ops receive a callee as an operand and pass it to runtime functions. It is valid in its machine while the function's
/// program is loaded. When Rust code passes one to the machine, the machine looks it up among the loaded functions in a
/// hash table; an op that calls one does not. A callee is `Copy`, but neither `Send` nor `Sync`. The host uses
/// [`FunctionRef`](crate::FunctionRef), which never dangles.
///
/// ```
/// use mimeo_doc_ops::{DOUBLE, in_op};
///
/// let result = in_op([3, 4], |vm, args| {
///     let double = vm.host.function(DOUBLE);
///     // SAFETY: the callee is used at once, in this machine.
///     let callee = unsafe { vm.callee(double) }.expect("the function is loaded");
///     vm.run(callee, &[vm.slot(args.start())])
/// });
/// assert_eq!(result, Ok(6));
/// ```
#[repr(transparent)]
pub struct Callee<I> {
    pub(crate) header: *const FunctionHeader,
    marker: PhantomData<fn() -> I>,
}

impl<I> Callee<I> {
    pub(crate) fn new(header: *const FunctionHeader) -> Self {
        Callee { header, marker: PhantomData }
    }

    /// Decodes a callee from an argument of a runtime function. Used by generated code only.
    ///
    /// # Safety
    ///
    /// `word` was made from a callee of the same machine, by [`to_word`](Self::to_word) or a stencil.
    #[doc(hidden)]
    pub unsafe fn from_word(word: u64) -> Self {
        Callee::new(std::ptr::with_exposed_provenance(word as usize))
    }

    /// Encodes the callee as the result of a runtime function. Used by generated code only.
    #[doc(hidden)]
    pub fn to_word(self) -> u64 {
        self.header.expose_provenance() as u64
    }
}

named_by!(Callee: header);

/// The proof that an error is pending, or that the op has requested a call or a suspension. An op returns it as
/// `Err(…)`.
///
/// It is valid only for the error or request for which it was created: if an op returns one from an earlier error or
/// from another machine, the run panics (test `a_stale_thrown_panics`). It holds only a number; the error itself is in
/// the machine.
///
/// ```
/// use mimeo_doc_ops::in_op;
///
/// let trap = in_op([3, 4], |vm, _| {
///     let thrown = vm.throw("not today");
///     Err(thrown)
/// });
/// assert_eq!(trap.unwrap_err().to_string(), "not today");
/// ```
#[derive(Debug)]
pub struct Thrown {
    /// A serial that no other `Thrown` of the process has.
    pub(crate) serial: NonZeroU64,
}
