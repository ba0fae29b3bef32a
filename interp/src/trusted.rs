//! [`TrustedOps`]: the promises of the author of an instruction set with unsafe code.

use crate::{InstructionSet, StackMove, Vm};

/// The promises that make an instruction set with unsafe code sound.
///
/// A module needs it if it contains an `unsafe` block, or a raw pointer or a [`Callee`](crate::Callee) in its data: in
/// a field of a struct, or as a runtime function's result. All other modules are safe by construction. Write the
/// implementation next to the module, where the language's runtime is:
///
/// ```text
/// // SAFETY: (1) …
/// unsafe impl mimeo::TrustedOps for ops::Ops {}
/// ```
///
/// The instruction set of the examples has a pointer in its context and updates it when the stack moves: see
/// [`stack_moved`](Self::stack_moved).
///
/// # Safety
///
/// 1. Every value that safe code can create is valid in every slot, written or stale.
/// 2. Every `unsafe` block of the ops, helpers and runtime functions is sound for every verified program; or code
///    outside the language's crate cannot reach the assembler and [`load`](crate::Machine::load). With `memory = typed`,
///    ops keep that promise, too.
/// 3. Pointers in the context stay valid when context and host are swapped, moved or dropped.
/// 4. Inline-cache cells may be zero, and every runtime call may change them. No op reaches the context or a cell through
///    a pointer in memory.
/// 5. A [`Callee`](crate::Callee) is used only in its own machine, while its program is loaded.
/// 6. The address of a slot comes from [`Vm::slot_ptr`](crate::Vm::slot_ptr), and is not used after the next call,
///    growth or drop of its stack, unless [`stack_moved`](Self::stack_moved) replaces it.
/// 7. The collector frees only what no stack, fiber, request, pending error, constant or cell reaches.
/// 8. No reference into these is held across a call that may re-enter the machine; and 1 to 7 still hold after a panic.
/// 9. No part of the machine except its [control handle](crate::tier) crosses threads.
///
/// ```
/// fn is_trusted<I: mimeo::TrustedOps>() -> &'static str {
///     I::NAME
/// }
///
/// assert_eq!(is_trusted::<mimeo_doc_ops::Ops>(), "ops");
/// ```
#[diagnostic::on_unimplemented(
    message = "this instruction set has unsafe blocks, pointers or callees, but does not implement `TrustedOps`",
    label = "needs `unsafe impl mimeo::TrustedOps for Ops {{}}`",
    note = "read the promises of `mimeo::TrustedOps`, then implement it next to the runtime functions"
)]
pub unsafe trait TrustedOps: InstructionSet {
    /// Updates addresses of slots after the machine has moved the active value stack. A language that keeps such
    /// addresses across calls, for example for variables that closures share, replaces them here with
    /// [`StackMove::rebased`]. All other addresses of slots are now invalid.
    ///
    /// The instruction set of the examples has one such address, `watched`:
    ///
    /// ```text
    /// unsafe impl TrustedOps for Ops {
    ///     fn stack_moved(vm: &mut Vm, moved: &StackMove) {
    ///         vm.context.watched = moved.rebased(vm.context.watched);
    ///     }
    /// }
    /// ```
    ///
    /// ```
    /// use mimeo::{FiberLimits, Machine};
    /// use mimeo_doc_ops::{ASK, Context, DEPTH, Host, sample_program, watch, watched};
    ///
    /// let host = Host {
    ///     ask: Some(std::rc::Rc::new(|vm, _| {
    ///         watch(vm, 0);
    ///         let before = watched(vm);
    ///         vm.run(vm.host.function(DEPTH), &[100])?;
    ///         assert_ne!(before, watched(vm), "a hundred frames do not fit eight slots");
    ///         assert_eq!(watched(vm), vm.slot_ptr(0));
    ///         Ok(0)
    ///     })),
    ///     ..Host::default()
    /// };
    /// let small = FiberLimits::new().with_slots(8).with_depth(4);
    /// let mut machine = Machine::builder(Context::default(), host).first_size(small).build();
    /// let linked = machine.load(&sample_program())?;
    /// machine.vm_mut().host.sample = Some(linked);
    /// machine.call(linked.function(ASK), &[3, 4])?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn stack_moved(_vm: &mut Vm<Self>, _moved: &StackMove) {}
}
