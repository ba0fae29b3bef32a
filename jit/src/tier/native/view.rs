//! A compiled function, planned again → its [`CodeView`].

use std::ops::Range;

use mimeo_def::{CodeOffset, OpIndex};
use mimeo_interp::Function;

use crate::compile::{Compiled, Compiler};
use crate::tier::inspect::{CodeView, OpView};

impl<'a> CodeView<'a> {
    /// Plans a compiled function again, and returns a view with the parts of each op.
    pub(super) fn new(function: &Function, compiled: &'a Compiled, compiler: &Compiler) -> Option<Self> {
        // It was planned before, so it can be planned again.
        let plan = compiler.plan_of(function, compiled).ok()?;
        let recipes = compiler.recipes();
        let range = |range: Range<usize>| CodeOffset(range.start as u32)..CodeOffset(range.end as u32);
        let mut before = None;
        let ops = plan
            .ops
            .iter()
            .filter_map(|op| {
                let (mut hot, mut cold) = plan.parts(op, recipes);
                if op.is_before_op() {
                    before.get_or_insert((hot.start, cold.start));
                    return None;
                }
                if let Some(start) = before.take() {
                    (hot.start, cold.start) = start;
                }
                Some(OpView {
                    pc: op.pc,
                    op: OpIndex(function.body().code[op.pc.0 as usize]),
                    is_deopt: op.recipe == recipes.deopt_index(),
                    hot: range(hot),
                    cold: range(cold),
                })
            })
            .collect();
        let layout = compiled.layout;
        Some(CodeView {
            start: compiled.entry(),
            bytes: compiled.code.bytes(),
            ops,
            rodata: CodeOffset(layout.rodata)..CodeOffset(layout.island),
            island: CodeOffset(layout.island)..CodeOffset(layout.optimized),
            optimized: CodeOffset(layout.optimized)..CodeOffset(layout.end),
        })
    }
}
