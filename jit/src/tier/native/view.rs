//! A compiled function, planned again → its [`CodeView`].

use std::ops::Range;

use mimeo_def::{CodeOffset, OpIndex};
use mimeo_interp::Function;

use crate::compile::{Compiled, Compiler, Fill, PlannedOp, Recipe};
use crate::tier::inspect::{CodeView, HoleView, OpView};

impl<'a> CodeView<'a> {
    /// Plans a compiled function again, and returns a view with the parts of each op.
    pub(super) fn new(function: &Function, compiled: &'a Compiled, compiler: &Compiler) -> Option<Self> {
        // It was planned before, so it can be planned again.
        let plan = compiler.plan_of(function, compiled).ok()?;
        let recipes = compiler.recipes();
        let range = |range: Range<usize>| CodeOffset(range.start as u32)..CodeOffset(range.end as u32);
        let (mut before, mut holes) = (None, Vec::new());
        let ops = plan
            .ops
            .iter()
            .filter_map(|op| {
                let (mut hot, mut cold) = plan.parts(op, recipes);
                holes.extend(filled(op, recipes.recipe(op.recipe), hot.start, cold.start));
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
                    holes: std::mem::take(&mut holes),
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

/// Returns the holes of a stencil whose parts are at `hot` and `cold`.
fn filled(op: &PlannedOp, recipe: &Recipe, hot: usize, cold: usize) -> impl Iterator<Item = HoleView> {
    let hot_fills = if op.elided { &recipe.hot_fills[..recipe.elided_fills as usize] } else { &recipe.hot_fills };
    let view = |part: &'static [u8], start: usize, fill: &Fill| {
        let at = fill.hole.at.0 as usize;
        HoleView {
            at: CodeOffset((start + at) as u32),
            kind: fill.hole.kind,
            value: fill.hole.value,
            unfilled: &part[at..at + fill.hole.kind.len_bytes() as usize],
        }
    };
    let of_hot = hot_fills.iter().map(move |fill| view(recipe.hot, hot, fill));
    of_hot.chain(recipe.cold_fills.iter().map(move |fill| view(recipe.cold, cold, fill)))
}
