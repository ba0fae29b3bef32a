//! What an op hands back: [`Flow`], and the operand types from which an op makes one.

use std::marker::PhantomData;
use std::num::NonZeroU64;

use mimeo_def::frame::FunctionHeader;

use crate::reference::named_by;

/// Where control goes after an op.
#[derive(Debug)]
#[must_use = "an op's flow is its result"]
#[non_exhaustive]
pub enum Flow<I> {
    /// To the next op.
    Next,
    /// To a label; made by [`Label::jump`].
    Jump(Label),
    /// Into a function, then to the next op; made by `vm.call(callee, args)`.
    Call(Callee<I>, Window),
    /// Into a function that takes the place of the running one; made by `vm.tail_call(callee)`.
    TailCall(Callee<I>),
    /// Back to the caller, with the bits of the result; made by `vm.ret(value)`.
    Return(u64),
    /// To the next op, in the interpreter; made by `vm.deopt()`.
    Leave,
}

/// A branch target, as an op's operand.
#[derive(Clone, Copy, Debug)]
pub struct Label(pub(crate) u32);

impl Label {
    /// Goes there.
    #[inline(always)]
    pub fn jump<I>(self) -> Flow<I> {
        Flow::Jump(self)
    }
}

/// A run of slots, as an op's operand: the arguments of a call. The callee's frame starts at the first of
/// them, and its result comes back there.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// First slot, counted from the frame's base.
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Window {
    /// Number of slots.
    #[inline(always)]
    #[expect(clippy::len_without_is_empty, reason = "the op language has the one word")]
    pub fn len(self) -> u64 {
        u64::from(self.len)
    }

    /// Its first slot, counted from the frame's slot 0. For runtime functions: see [`Vm::slot`](crate::Vm::slot).
    #[inline(always)]
    pub fn start(self) -> u32 {
        self.start
    }

    /// The window that a runtime function's argument stands for. Used by generated code only.
    #[inline(always)]
    pub fn from_word(word: u64) -> Window {
        Window { start: word as u32, len: (word >> 32) as u32 }
    }
}

/// A function of the running machine, as ops and stencils call it: its address.
///
/// Ops get one as an operand, and runtime functions from them. The host names functions by
/// [`FunctionRef`](crate::FunctionRef), which is checked and never dangles.
#[repr(transparent)]
pub struct Callee<I> {
    pub(crate) header: *const FunctionHeader,
    marker: PhantomData<fn() -> I>,
}

impl<I> Callee<I> {
    pub(crate) fn new(header: *const FunctionHeader) -> Self {
        Callee { header, marker: PhantomData }
    }

    /// The callee that a runtime function's argument stands for. Used by generated code only.
    ///
    /// # Safety
    ///
    /// `word` is what [`to_word`](Self::to_word) or a stencil made of a callee of the same machine.
    #[doc(hidden)]
    pub unsafe fn from_word(word: u64) -> Self {
        Callee::new(std::ptr::with_exposed_provenance(word as usize))
    }

    /// The callee as a runtime function's result. Used by generated code only.
    #[doc(hidden)]
    pub fn to_word(self) -> u64 {
        self.header.expose_provenance() as u64
    }
}

named_by!(Callee: header);

/// Proof that an error is pending, or that the op has asked for a call or to be suspended. An op returns it as
/// `Err(…)`.
///
/// It is good for the error for which it was made and no other: when an op returns one that was kept from an earlier
/// error or comes from another machine, the run panics.
#[derive(Debug)]
pub struct Thrown {
    /// No other of the process has it.
    pub(crate) serial: NonZeroU64,
}
