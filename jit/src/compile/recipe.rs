//! A validated [`Table`] → [`Recipes`], the data that compilation needs of each stencil, with everything precomputed that
//! does not depend on the function.

use std::collections::BTreeSet;

use mimeo_def::op::OpInfo;
use mimeo_def::stencil::{Hole, Stencil, Table};
use mimeo_def::{OpIndex, Pc};

use crate::compile::hole_value::Source;
use crate::compile::island::FarIndex;
use crate::compile::validate::{Expectation, validate};
use crate::config::Gaps;
use crate::errors::{NoStencil, TableError};

/// An index into [`Recipes`]: the ops in their order, then `OP_DEOPT`, the poll and the graft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecipeIndex(u32);

/// A hole and the source of its value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fill {
    pub(crate) hole: Hole,
    pub(crate) source: Source,
}

/// A stencil that is ready to be copied and filled.
#[derive(Debug)]
pub(crate) struct Recipe {
    pub(crate) hot: &'static [u8],
    pub(crate) cold: &'static [u8],
    pub(crate) rodata: &'static [u8],
    pub(crate) hot_fills: Box<[Fill]>,
    pub(crate) cold_fills: Box<[Fill]>,
    /// The number of bytes of `hot` and of fills in it if the jump to the continuation is dropped.
    pub(crate) elided_hot_bytes: u32,
    pub(crate) elided_fills: u32,
    /// Targets that need a stub in the island.
    pub(crate) far: Box<[FarIndex]>,
}

/// The data that the first pass reads of each op, and nothing else, so that it stays in the processor's cache.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpSize {
    pub(crate) len_units: u16,
    /// The number of bytes of the jump to the continuation.
    pub(crate) tail_bytes: u8,
    pub(crate) has_far: bool,
    pub(crate) recipe: RecipeIndex,
    pub(crate) hot_bytes: u32,
    pub(crate) cold_bytes: u32,
    /// Rounded up to [`RODATA_ALIGN`].
    pub(crate) rodata_bytes: u32,
}

/// Alignment of a stencil's constants.
pub(crate) const RODATA_ALIGN: u32 = 16;

/// All stencils of an instruction set, from a table that was found valid.
#[derive(Debug)]
pub(crate) struct Recipes {
    recipes: Vec<Recipe>,
    sizes: Vec<OpSize>,
    reasons: Vec<Option<NoStencil>>,
    /// [`Gaps::except_at`].
    except_at: Option<BTreeSet<Pc>>,
    /// The bytes of the op that takes the most, with a poll and a graft before it.
    pub(crate) max_op_bytes: u32,
    /// The poll before an op, which falls through into it.
    pub(crate) poll: OpSize,
    /// The graft between a poll and its op, which runs optimized code.
    pub(crate) graft: OpSize,
}

impl Recipes {
    /// Validates a table and prepares its stencils, except those that the gaps exclude.
    pub(crate) fn new(table: &Table, expect: &Expectation, gaps: &Gaps) -> Result<Self, TableError> {
        validate(table, expect)?;
        let deopt_index = RecipeIndex(expect.ops.len() as u32);
        let mut recipes = Vec::with_capacity(expect.ops.len() + 1);
        let mut reasons = Vec::with_capacity(expect.ops.len());
        for (op, info) in table.ops.iter().zip(expect.ops) {
            let reason = gaps.reason(op);
            let stencil = op.stencil.as_ref().ok().filter(|_| reason.is_none());
            recipes.push(Recipe::new(stencil.unwrap_or(&Stencil::EMPTY), Some(info)));
            reasons.push(reason);
        }
        recipes.push(Recipe::new(&table.deopt_op, None));
        recipes.push(Recipe::new(&table.poll, None));
        recipes.push(Recipe::new(&table.graft, None));
        let sizes: Vec<_> = expect
            .ops
            .iter()
            .zip(&reasons)
            .enumerate()
            .map(|(index, (info, reason))| {
                let recipe = if reason.is_some() { deopt_index } else { RecipeIndex(index as u32) };
                recipes[recipe.0 as usize].size(recipe, info.len_units)
            })
            .collect();
        let deopt_size = recipes[expect.ops.len()].size(deopt_index, 0);
        let room = |size: &OpSize| size.hot_bytes + size.cold_bytes + size.rodata_bytes;
        let poll = recipes[expect.ops.len() + 1].size(RecipeIndex(deopt_index.0 + 1), 0);
        let graft = recipes[expect.ops.len() + 2].size(RecipeIndex(deopt_index.0 + 2), 0);
        let max_op_bytes = sizes.iter().chain([&deopt_size]).map(room).max().unwrap_or(0) + room(&poll) + room(&graft);
        Ok(Recipes { recipes, sizes, reasons, except_at: gaps.except_at.clone(), max_op_bytes, poll, graft })
    }

    pub(crate) fn recipe(&self, index: RecipeIndex) -> &Recipe {
        &self.recipes[index.0 as usize]
    }

    /// Returns the size of each op, which is that of `OP_DEOPT` for ops without a stencil.
    pub(crate) fn sizes(&self) -> &[OpSize] {
        &self.sizes
    }

    /// Returns `true` if the op at `pc` may use its stencil.
    pub(crate) fn is_used_at(&self, pc: Pc) -> bool {
        self.except_at.as_ref().is_none_or(|only| only.contains(&pc))
    }

    /// Returns the size of `OP_DEOPT` in place of an op of `len_units`.
    pub(crate) fn deopt(&self, len_units: u16) -> OpSize {
        let index = self.deopt_index();
        self.recipe(index).size(index, len_units)
    }

    pub(crate) fn deopt_index(&self) -> RecipeIndex {
        RecipeIndex(self.sizes.len() as u32)
    }

    /// Returns the length of a poll, which falls through into its op.
    pub(crate) fn poll_bytes(&self) -> u32 {
        self.poll.hot_bytes - u32::from(self.poll.tail_bytes)
    }

    /// Returns why an op has no stencil.
    pub(crate) fn reason(&self, op: OpIndex) -> Option<&NoStencil> {
        self.reasons[usize::from(op.0)].as_ref()
    }
}

impl Recipe {
    /// Prepares a stencil. Validation has checked that every operand that a hole names exists.
    fn new(stencil: &Stencil, op: Option<&OpInfo>) -> Self {
        let fills = |holes: &[Hole]| -> Box<[Fill]> {
            holes.iter().filter_map(|&hole| Some(Fill { hole, source: Source::of(hole.value, op)? })).collect()
        };
        let (hot_fills, cold_fills) = (fills(stencil.hot_holes), fills(stencil.cold_holes));
        let mut far: Vec<FarIndex> = Vec::new();
        for hole in stencil.hot_holes.iter().chain(stencil.cold_holes) {
            far.extend(FarIndex::of(hole.value).filter(|target| !far.contains(target)));
        }
        let tail_fills = u32::from(stencil.tail_jump > 0);
        Recipe {
            hot: stencil.hot,
            cold: stencil.cold,
            rodata: stencil.rodata,
            elided_hot_bytes: stencil.hot.len() as u32 - u32::from(stencil.tail_jump),
            elided_fills: hot_fills.len() as u32 - tail_fills,
            hot_fills,
            cold_fills,
            far: far.into(),
        }
    }

    fn size(&self, recipe: RecipeIndex, len_units: u16) -> OpSize {
        let hot_bytes = self.hot.len() as u32;
        OpSize {
            len_units,
            tail_bytes: (hot_bytes - self.elided_hot_bytes) as u8,
            has_far: !self.far.is_empty(),
            recipe,
            hot_bytes,
            cold_bytes: self.cold.len() as u32,
            rodata_bytes: (self.rodata.len() as u32).next_multiple_of(RODATA_ALIGN),
        }
    }
}
