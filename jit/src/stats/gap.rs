//! [`Gap`]: what it costs that an op has no usable stencil.

use crate::errors::NoStencil;

/// An op that the interpreter ran for native code, or may have to.
///
/// ```
/// use mimeo::jit::HasJit;
/// use mimeo_doc_ops::{LEAVE, jit_machine};
///
/// let (mut machine, linked) = jit_machine();
/// machine.call(linked.function(LEAVE), &[7])?;
/// let gaps = machine.jit().expect("it has a tier").stats().gaps;
/// // All ops of the examples have a stencil, so nothing was planted in the place of one.
/// assert!(gaps.iter().all(|gap| gap.reason.is_none() && gap.places == 0));
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// The op.
    pub op: &'static str,
    /// Why it has no stencil; of several reasons the first. `None` when it has one, which left by itself: for an
    /// operand or a state that the stencil hands over.
    pub reason: Option<NoStencil>,
    /// How often `OP_DEOPT` was planted for it.
    pub places: u64,
    /// Bytes of native code that were planted in these places.
    pub bytes: u64,
    /// How often native code was left so that the interpreter runs it.
    pub side_exits: u64,
    /// What it costs that whole functions have no native code because of it.
    pub hard: Hard,
}

/// The cost of whole functions without native code.
///
/// ```
/// use mimeo::jit::HasJit;
/// use mimeo_doc_ops::{SUM, jit_machine};
///
/// let (mut machine, linked) = jit_machine();
/// machine.call(linked.function(SUM), &[10])?;
/// let stats = machine.jit().expect("it has a tier").stats();
/// let functions: u64 = stats.gaps.iter().map(|gap| gap.hard.functions).sum();
/// assert!(functions <= stats.functions.blocked, "others are blocked for another reason than an op");
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hard {
    /// Functions that were blocked because of the op.
    pub functions: u64,
    /// Bytes of their bytecode.
    pub bytecode_bytes: u64,
    /// Calls of them and rounds of their loops that the interpreter ran; counted as
    /// [`Functions::left_to_interpreter`](super::Functions::left_to_interpreter) is.
    pub runs: u64,
}

impl Gap {
    /// Returns how often the interpreter had to step in, the measure by which gaps are sorted.
    ///
    /// ```
    /// use std::cmp::Reverse;
    ///
    /// use mimeo::jit::HasJit;
    /// use mimeo_doc_ops::{LEAVE, jit_machine};
    ///
    /// let (mut machine, linked) = jit_machine();
    /// machine.call(linked.function(LEAVE), &[7])?;
    /// let gaps = machine.jit().expect("it has a tier").stats().gaps;
    /// assert!(gaps.is_sorted_by_key(|gap| Reverse(gap.executions())));
    /// # Ok::<(), mimeo_doc_ops::Trap>(())
    /// ```
    pub fn executions(&self) -> u64 {
        self.side_exits + self.hard.runs
    }
}
