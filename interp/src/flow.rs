//! What an op hands back: [`Flow`], and the operand types from which an op makes one.

use mimeo_def::frame::FunctionHeader;

/// Where control goes after an op.
#[derive(Clone, Copy, Debug)]
#[must_use = "an op's flow is its result"]
pub enum Flow {
    /// To the next op.
    Next,
    /// To a label; made by [`Label::jump`].
    Jump(Label),
    /// Into a function, then to the next op; made by `vm.call(callee, args)`.
    Call(Callee, Window),
    /// Into a function that takes the place of the running one; made by `vm.tail_call(callee)`.
    TailCall(Callee),
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
    pub fn jump(self) -> Flow {
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

/// A function that can be called.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct Callee(pub(crate) *const FunctionHeader);

/// Proof that an error is pending; made by [`Vm::throw`](crate::Vm::throw).
#[derive(Debug)]
pub struct Thrown(pub(crate) ());

impl Callee {
    /// The callee that a runtime function's argument stands for. Used by generated code only.
    ///
    /// # Safety
    ///
    /// `word` is what [`to_word`](Self::to_word) or a stencil made of a callee of the same machine.
    pub unsafe fn from_word(word: u64) -> Callee {
        Callee(word as usize as *const FunctionHeader)
    }

    /// The callee as a runtime function's result.
    pub fn to_word(self) -> u64 {
        self.0 as usize as u64
    }
}
