//! [`NativeTier`]: the plug for a tier that runs native code, and what the driver tells it.

use mimeo_def::frame::{CodeAddr, Exit};
use mimeo_def::{OpIndex, Pc};

use crate::{Function, InstructionSet, Vm};

/// Addresses that stand for "the interpreter" where native code jumps to another function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Markers {
    /// [`Function::entry`] of a function without native code; leaves with [`Exit::Call`].
    pub call: CodeAddr,
    /// Return address in a frame that the interpreter runs; leaves with [`Exit::Return`].
    pub ret: CodeAddr,
    /// Return address in the host's record; leaves with [`Exit::Finish`].
    pub finish: CodeAddr,
}

impl Markers {
    /// Markers for a machine without native code.
    pub const INTERPRETER: Markers = Markers { call: 1, ret: 2, finish: 3 };
}

/// A tier that runs functions as native code.
///
/// # Safety
///
/// The addresses handed out are code of the stencil convention, which keeps frame and records exactly as the
/// interpreter does at every op boundary, and are valid until the tier is asked for something else.
pub unsafe trait NativeTier<I: InstructionSet> {
    /// The exits' addresses; they do not change.
    fn markers(&self) -> Markers;

    /// A function was called (by either tier) and its countdown is over or it has no native code.
    /// Says where to enter it, compiling it if it is worth it; `None` leaves it to the interpreter.
    fn called(&mut self, function: &Function) -> Option<CodeAddr>;

    /// The interpreter is at the head of a loop of a function whose countdown is over. Says where to go on natively,
    /// compiling the function if it is worth it; `None` leaves it to the interpreter.
    fn looped(&mut self, function: &Function, pc: Pc) -> Option<CodeAddr>;

    /// Where native code of a function can be entered at an op boundary.
    fn resume(&mut self, function: &Function, pc: Pc) -> Option<CodeAddr>;

    /// Runs native code until an exit.
    ///
    /// # Safety
    ///
    /// `code` comes from this tier, for the function and pc of the top frame record of `vm`.
    unsafe fn enter(&mut self, vm: *mut Vm<I>, code: CodeAddr) -> Exit;

    /// Native code was left; for [`Exit::Deopt`], because of this op.
    fn left(&mut self, exit: Exit, op: Option<OpIndex>);

    /// For a caller that knows the concrete tier.
    fn as_any(&mut self) -> &mut dyn std::any::Any;
}
