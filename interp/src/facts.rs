//! [`Facts`]: what the verifier found out about a function.

use std::ops::Range;

use mimeo_def::Pc;

use crate::depths::Depths;

/// The verifier's facts about a function, on which the engines rely.
///
/// ```
/// use mimeo_doc_ops::sum_program;
///
/// let program = sum_program();
/// let facts = &program.facts()[0];
/// assert_eq!((facts.slots, facts.ops), (4, 8));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    pub(crate) depths: Depths,
    /// Slots of the frame: locals and the deepest operand stack.
    pub slots: u32,
    /// 8-byte words of inline-cache cells.
    pub cache_words: u32,
    /// Number of instructions.
    pub ops: u32,
    /// Where calls and backward jumps arrive, in order: the first op, and each loop head.
    pub polls: Vec<Pc>,
    /// The ops that control reaches and that have lists of labels, each with the range of
    /// [`FunctionBody::labels`](crate::asm::FunctionBody::labels), in any order.
    pub lists: Vec<(Pc, Range<u32>)>,
}

impl Facts {
    /// Returns the depth of the operand stack before the op at `pc`, or `None` if no reachable op starts there. The
    /// depth is 0 on a register machine.
    ///
    /// ```
    /// use mimeo::def::Pc;
    /// use mimeo_doc_ops::sum_program;
    ///
    /// let program = sum_program();
    /// let facts = &program.facts()[0];
    /// assert_eq!(facts.depth(Pc(0)), Some(0));
    /// assert_eq!(facts.depth(Pc(1)), None, "no op starts here");
    /// ```
    #[inline]
    pub fn depth(&self, pc: Pc) -> Option<u16> {
        self.depths.get(pc)
    }

    /// Returns about how many bytes they take.
    pub(crate) fn size_bytes(&self) -> usize {
        size_of::<Facts>() + self.depths.size_bytes() + size_of_val(&*self.polls) + size_of_val(&*self.lists)
    }
}
