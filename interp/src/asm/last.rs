//! The last op of a function under construction → the same op with another result, or a branch in its place.

use mimeo_def::{OpIndex, Slot};

use super::{FunctionBuilder, Target};

/// An op that can still change.
#[derive(Debug)]
pub(super) struct LastOp {
    pub(super) start: usize,
    /// The number of its results so far, which are its first operands.
    pub(super) results: usize,
}

impl FunctionBuilder {
    /// Makes the last op write its result to `to` instead of `from`, and returns `true`; or returns `false` and changes
    /// nothing, if its only result is not in `from`, it has a label, or one is bound after it. For a compiler that learns
    /// only after an expression where the value goes, it saves the op that copies it. Nothing else may read `from`: that
    /// is for the compiler to know.
    ///
    /// ```
    /// use mimeo::def::Slot;
    /// use mimeo_doc_ops::Assembler;
    ///
    /// let mut code = Assembler::new("f", 2, 3);
    /// code.add(Slot(2), Slot(0), Slot(1));
    /// assert!(code.retarget_last(Slot(2), Slot(0)), "the sum goes to slot 0");
    /// assert!(!code.retarget_last(Slot(2), Slot(0)), "and no longer to slot 2");
    /// code.ret(Slot(0));
    /// assert!(!code.retarget_last(Slot(0), Slot(1)), "it has no result");
    /// ```
    pub fn retarget_last(&mut self, from: Slot, to: Slot) -> bool {
        let Some(result) = self.only_result(from) else { return false };
        self.body.code[result] = to.0;
        true
    }

    /// Replaces the last op by what `branch` returns for it and appends a label, if its only result is in `value`: see the
    /// method of the generated assembler, which passes the branches of each condition. Returns `false`, and changes
    /// nothing, if `branch` returns nothing, the op has a label, or one is bound after it. Nothing else may read `value`.
    ///
    /// ```
    /// use mimeo::def::Slot;
    /// use mimeo_doc_ops::Assembler;
    ///
    /// let mut code = Assembler::new("f", 2, 3);
    /// let end = code.label();
    /// code.less(Slot(2), Slot(0), Slot(1));
    /// assert!(code.branch_on_last(Slot(2), end, true), "it is now `jump_if_less`");
    /// code.add(Slot(2), Slot(0), Slot(1));
    /// assert!(!code.branch_on_last(Slot(2), end, true), "a sum is no condition");
    /// code.bind(end);
    /// code.ret(Slot(0));
    ///
    /// let mut same = Assembler::new("f", 2, 3);
    /// let end = same.label();
    /// same.jump_if_less(Slot(0), Slot(1), end);
    /// same.add(Slot(2), Slot(0), Slot(1));
    /// same.bind(end);
    /// same.ret(Slot(0));
    /// assert_eq!(code.finish()?, same.finish()?);
    /// # Ok::<(), mimeo::asm::AssembleError>(())
    /// ```
    pub fn branch_on_last(&mut self, value: Slot, to: Target, branch: impl FnOnce(OpIndex) -> Option<OpIndex>) -> bool {
        let Some(result) = self.only_result(value) else { return false };
        let start = result - 1;
        let Some(branch) = branch(OpIndex(self.body.code[start])) else { return false };
        self.body.code[start] = branch.0;
        self.body.code.remove(result);
        self.target(to);
        true
    }

    /// Returns the unit of the result of the last op, if it has only this one and can change.
    fn only_result(&self, slot: Slot) -> Option<usize> {
        let LastOp { start, results: 1 } = *self.last.as_ref()? else { return None };
        (self.body.code[start + 1] == slot.0).then_some(start + 1)
    }
}
