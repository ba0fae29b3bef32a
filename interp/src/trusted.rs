//! [`TrustedOps`]: what the author of an instruction set with unsafe code promises.

use crate::{InstructionSet, StackMove, Vm};

/// The promises that make an instruction set with unsafe code sound.
///
/// A module needs it when it has an `unsafe` block, a raw pointer, or a [`Callee`](crate::Callee) in its data: in a field
/// of a struct, or as a runtime function's result. All others are safe by construction. The implementation stands beside
/// the module, where the language's runtime is:
///
/// ```ignore
/// // SAFETY: (1) …
/// unsafe impl mimeo::TrustedOps for ops::Ops {}
/// ```
///
/// # Safety
///
/// 1. Every value that safe code can make is right in every slot, written or stale.
/// 2. Every `unsafe` block of the ops, helpers and runtime functions holds for every verified program; or the assembler
///    and [`load`](crate::Machine::load) cannot be reached from outside the language's crate.
/// 3. Pointers in the context outlive a swap, a move and a drop of context and host.
/// 4. Inline-cache cells may hold zeros, and may be changed by every runtime call.
/// 5. A [`Callee`](crate::Callee) is used only in its own machine, and while its program is loaded.
/// 6. The address of a slot is not used after the next call, growth or drop of its stack, unless
///    [`stack_moved`](Self::stack_moved) replaces it.
/// 7. The collector frees only what no stack, fiber, request, pending error, constant or cell reaches.
/// 8. No reference into these is held across a call that may re-enter the machine; and 1 to 7 still hold after a panic.
/// 9. Nothing of the machine but its [control handle](crate::tier) crosses threads.
#[diagnostic::on_unimplemented(
    message = "this instruction set has unsafe blocks, pointers or callees, and nobody vouches for them",
    label = "needs `unsafe impl mimeo::TrustedOps for Ops {{}}`",
    note = "read the promises at `mimeo::TrustedOps`, and implement it beside the runtime functions"
)]
pub unsafe trait TrustedOps: InstructionSet {
    /// The machine has moved the value stack that it works on. A language that keeps addresses of slots across calls, as
    /// for variables that closures share, replaces them here; no other address of a slot is good any more.
    fn stack_moved(_vm: &mut Vm<Self>, _moved: &StackMove) {}
}
