//! An op without a usable stencil → [`Gap`], its cost.

use crate::errors::NoStencil;

/// An op that the interpreter runs for native code, and the cost of that.
///
/// ```
/// use mimeo::jit::HasJit;
/// use mimeo_doc_ops::{LEAVE, jit_machine};
///
/// let (mut machine, linked) = jit_machine();
/// machine.call(linked.function(LEAVE), &[7])?;
/// let gaps = machine.jit().expect("it has a tier").stats().gaps;
/// // All ops of the examples have a stencil, so `OP_DEOPT` replaces none.
/// assert!(gaps.iter().all(|gap| gap.reason.is_none() && gap.places == 0));
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// The op.
    pub op: &'static str,
    /// The first reason why it has no stencil. `None` if it has one, which left native code for certain operands or
    /// states.
    pub reason: Option<NoStencil>,
    /// How often `OP_DEOPT` was planted for it.
    pub places: u64,
    /// Bytes of native code planted in these places.
    pub bytes: u64,
    /// How often native code was left so that the interpreter runs it.
    pub side_exits: u64,
    /// The cost of whole functions that have no native code because of the op.
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
    /// Functions blocked because of the op.
    pub functions: u64,
    /// Bytes of their bytecode.
    pub bytecode_bytes: u64,
    /// Calls of them, and iterations of their loops, that the interpreter ran; counted like
    /// [`Functions::left_to_interpreter`](super::Functions::left_to_interpreter).
    pub runs: u64,
}

impl Gap {
    /// Returns how often the interpreter ran the op or a function blocked by it. Gaps are sorted by this.
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
