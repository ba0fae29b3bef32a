//! A compiled function → [`CodeView`], which says which bytes belong to which op, for dumps and profilers.

use std::ops::Range;

use mimeo_def::frame::CodeAddr;
use mimeo_def::stencil::{HoleValue, PatchKind};
use mimeo_def::{CodeOffset, OpIndex, Pc};

/// The native code of one function, and the place of each op in it.
///
/// The view borrows the machine, so nothing can be compiled or run while it exists. Creating one plans the function again,
/// which takes time linear in the size of the bytecode.
///
/// ```
/// use mimeo::jit::HasJit;
/// use mimeo_doc_ops::{SUM, jit_machine};
///
/// let (mut machine, linked) = jit_machine();
/// let compiled = machine.compile(linked.function(SUM))?;
/// let sum = machine.functions(linked).next().expect("the program has functions");
/// let code = machine.jit().and_then(|jit| jit.code_of(sum));
/// // A build without native code compiles nothing.
/// assert_eq!(code.is_some(), compiled);
/// if let Some(code) = code {
///     assert_eq!(code.ops.len(), sum.facts().ops as usize);
/// }
/// # Ok::<(), mimeo::NotLoaded>(())
/// ```
#[derive(Clone, Debug)]
pub struct CodeView<'a> {
    /// The address of the code, which is the function's entry.
    pub start: CodeAddr,
    /// The code.
    pub bytes: &'a [u8],
    /// The ops that have code, in the order of the bytecode.
    pub ops: Vec<OpView>,
    /// Constants.
    pub rodata: Range<CodeOffset>,
    /// Stubs for far targets, 16 bytes each: a jump and the address.
    pub island: Range<CodeOffset>,
    /// Optimized code of loops, each after the addresses at which it can leave.
    pub optimized: Range<CodeOffset>,
}

/// The native code of one op: a part of a [`CodeView`].
///
/// ```
/// use mimeo::def::Pc;
/// use mimeo::jit::HasJit;
/// use mimeo_doc_ops::{SUM, jit_machine};
///
/// let (mut machine, linked) = jit_machine();
/// machine.compile(linked.function(SUM))?;
/// let sum = machine.functions(linked).next().expect("the program has functions");
/// if let Some(code) = machine.jit().and_then(|jit| jit.code_of(sum)) {
///     assert_eq!(code.ops[0].pc, Pc(0));
///     assert!(code.ops.iter().all(|op| !op.is_deopt), "every op has a stencil");
/// }
/// # Ok::<(), mimeo::NotLoaded>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpView {
    /// The position of the op in the bytecode.
    pub pc: Pc,
    /// The op.
    pub op: OpIndex,
    /// Whether `OP_DEOPT` replaces the op.
    pub is_deopt: bool,
    /// Code that runs every time. At a loop head and at the first op it begins with the poll, which only backward jumps and
    /// callers run, and with the call of the loop's optimized code, if there is any.
    pub hot: Range<CodeOffset>,
    /// Code of slow paths.
    pub cold: Range<CodeOffset>,
    /// The places in both parts that were filled.
    pub holes: Vec<HoleView>,
}

/// A hole that was filled: a part of an [`OpView`].
///
/// ```
/// use mimeo::def::stencil::HoleValue;
/// use mimeo::jit::HasJit;
/// use mimeo_doc_ops::{SUM, jit_machine};
///
/// let (mut machine, linked) = jit_machine();
/// machine.compile(linked.function(SUM))?;
/// let sum = machine.functions(linked).next().expect("the program has functions");
/// if let Some(code) = machine.jit().and_then(|jit| jit.code_of(sum)) {
///     // `number dst, value`
///     let values = || code.ops[0].holes.iter().map(|hole| hole.value);
///     assert!(values().any(|value| value == HoleValue::Operand(0)));
///     assert!(values().any(|value| value == HoleValue::Operand(1)));
/// }
/// # Ok::<(), mimeo::NotLoaded>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HoleView {
    /// The first byte, from the start of the function's code.
    pub at: CodeOffset,
    /// How it was filled.
    pub kind: PatchKind,
    /// What it was filled with.
    pub value: HoleValue,
    /// The bytes in the stencil, before it was filled.
    pub unfilled: &'static [u8],
}

impl CodeView<'_> {
    /// Returns the op to which the byte at `offset` belongs, if it is part of an op. O(ops).
    ///
    /// ```
    /// use mimeo::def::CodeOffset;
    /// use mimeo::jit::HasJit;
    /// use mimeo_doc_ops::{SUM, jit_machine};
    ///
    /// let (mut machine, linked) = jit_machine();
    /// machine.compile(linked.function(SUM))?;
    /// let sum = machine.functions(linked).next().expect("the program has functions");
    /// if let Some(code) = machine.jit().and_then(|jit| jit.code_of(sum)) {
    ///     // A profiler does this with an address inside the code.
    ///     assert_eq!(code.op_at(CodeOffset(0)), Some(&code.ops[0]));
    /// }
    /// # Ok::<(), mimeo::NotLoaded>(())
    /// ```
    pub fn op_at(&self, offset: CodeOffset) -> Option<&OpView> {
        self.ops.iter().find(|op| op.hot.contains(&offset) || op.cold.contains(&offset))
    }
}
