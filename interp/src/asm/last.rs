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
    /// Appends the slot of a result. Those of an op come before its other operands. For generated code.
    ///
    /// ```
    /// use mimeo::asm::FunctionBuilder;
    /// use mimeo::def::{OpIndex, Slot};
    ///
    /// let mut code = FunctionBuilder::new("f", 0, 2);
    /// code.op(OpIndex(5));
    /// code.result(Slot(1));
    /// assert!(code.retarget_last(Slot(1), Slot(0)));
    /// assert_eq!(code.finish().unwrap().code, [5, 0]);
    /// ```
    pub fn result(&mut self, slot: Slot) {
        if let Some(last) = &mut self.last {
            last.results += 1;
        }
        self.unit(slot.0);
    }

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
    /// code.equal(Slot(2), Slot(0), Slot(1));
    /// assert!(code.branch_on_last(Slot(2), end, true), "it is now `jump_if_equal`");
    /// code.add(Slot(2), Slot(0), Slot(1));
    /// assert!(!code.branch_on_last(Slot(2), end, true), "a sum is no condition");
    /// code.bind(end);
    /// code.ret(Slot(0));
    ///
    /// let mut same = Assembler::new("f", 2, 3);
    /// let end = same.label();
    /// same.jump_if_equal(Slot(0), Slot(1), end);
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

#[cfg(test)]
mod tests {
    use super::*;

    const OP: OpIndex = OpIndex(5);
    const BRANCH: OpIndex = OpIndex(6);

    /// Returns whether the last op could get another result, and whether it could become a branch, after these calls.
    fn changes(append: impl Fn(&mut FunctionBuilder, Target)) -> [bool; 2] {
        let changed = |change: &dyn Fn(&mut FunctionBuilder, Target) -> bool| {
            let mut code = FunctionBuilder::new("f", 0, 4);
            let label = code.label();
            append(&mut code, label);
            let before = code.body.code.clone();
            let has_changed = change(&mut code, label);
            assert_eq!(has_changed, code.body.code != before);
            has_changed
        };
        [
            changed(&|code, _| code.retarget_last(Slot(1), Slot(2))),
            changed(&|code, label| code.branch_on_last(Slot(1), label, |op| (op == OP).then_some(BRANCH))),
        ]
    }

    fn append(code: &mut FunctionBuilder, op: OpIndex, results: &[Slot]) {
        code.op(op);
        results.iter().for_each(|&slot| code.result(slot));
        code.unit(7);
    }

    #[test]
    fn only_an_op_with_one_result_and_no_label_changes() {
        assert_eq!(changes(|code, _| append(code, OP, &[Slot(1)])), [true, true]);
        assert_eq!(changes(|code, _| append(code, BRANCH, &[Slot(1)])), [true, false], "no condition");
        assert_eq!(changes(|code, _| append(code, OP, &[Slot(3)])), [false, false], "another slot");
        assert_eq!(changes(|code, _| append(code, OP, &[Slot(1), Slot(1)])), [false, false], "two results");
        assert_eq!(changes(|code, _| append(code, OP, &[])), [false, false], "no result");
        assert_eq!(changes(|_, _| ()), [false, false], "no op");
        let jumps = |code: &mut FunctionBuilder, label| {
            append(code, OP, &[Slot(1)]);
            code.target(label);
        };
        assert_eq!(changes(jumps), [false, false], "a label as an operand");
        let switches = |code: &mut FunctionBuilder, label| {
            append(code, OP, &[Slot(1)]);
            code.targets(&[label]);
        };
        assert_eq!(changes(switches), [false, false], "labels as an operand");
        let is_reached = |code: &mut FunctionBuilder, label| {
            append(code, OP, &[Slot(1)]);
            code.bind(label);
        };
        assert_eq!(changes(is_reached), [false, false], "a label after it");
    }

    #[test]
    fn a_branch_has_the_operands_of_the_value() {
        let mut code = FunctionBuilder::new("f", 0, 4);
        let label = code.label();
        code.bind(label);
        append(&mut code, OP, &[Slot(1)]);
        assert!(code.branch_on_last(Slot(1), label, |_| Some(BRANCH)));
        assert!(!code.branch_on_last(Slot(1), label, |_| Some(BRANCH)), "it has a label");
        assert_eq!(code.finish().expect("its label is bound").code, [BRANCH.0, 7, 0, 0]);
    }
}
