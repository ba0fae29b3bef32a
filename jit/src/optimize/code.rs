//! [`OptimizedCode`]: optimized code of a loop, as bytes that can be copied anywhere, and the places where it can leave.

use mimeo_def::Pc;

/// Optimized code of a loop.
///
/// The code is one function, which takes the machine's core, slot 0 of the frame and the frame's record, as
/// [`Enter`](mimeo_interp::tier::Enter) does and in the same convention. It returns where to continue: 8 times an index
/// in `exits`. See [`Optimizer`](crate::Optimizer) for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptimizedCode {
    /// The machine code, which must not depend on its address.
    pub code: Vec<u8>,
    /// The places where the code can leave.
    pub exits: Vec<OptimizedExit>,
    /// The number of calls at which the callee is part of the code.
    pub inlined: u32,
}

/// A place where optimized code leaves. See [`Optimizer`](crate::Optimizer) for an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OptimizedExit {
    /// The op at this place of the same function is next. It runs without optimized code, even if it is the loop's head.
    Op(Pc),
    /// The poll before the op at this place, which is a loop head of the same function, is next. It counts a backward
    /// jump that the optimized code has not counted.
    Poll(Pc),
    /// An error is pending. The frame's record says at which op.
    Throw,
    /// The op at the `pc` of the top record is next. The code has made records for the functions inlined around it.
    Resume,
    /// A function is to be called, whose record the code has made the top one. The code has not counted the call.
    Call,
}
