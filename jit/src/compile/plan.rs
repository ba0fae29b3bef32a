//! A verified function → [`Plan`], the stencil for each op and the place of each of its parts.
//!
//! A compiled function is laid out as
//!
//! ```text
//! adjacent hot parts, with a poll before the first op and before each loop head │ cold parts │ constants, 16-aligned │ addresses of labels in lists │ island of stubs for far targets │ regions, each after the table of its exits
//! ```
//!
//! Between the poll of a loop head that has optimized code and its op there is a graft, which runs that code.

use std::collections::TryReserveError;
use std::ops::Range;

use mimeo_def::{CodeOffset, OpIndex, Pc};
use mimeo_interp::Function;

use crate::compile::hole_value::{LABEL_BYTES, NO_CODE};
use crate::compile::island::{Island, STUB_BYTES};
use crate::compile::recipe::{OpSize, RODATA_ALIGN, RecipeIndex, Recipes};
use crate::optimize::{Graft, REGION_ALIGN};

/// One op of a plan, or the poll or the graft before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlannedOp {
    pub(crate) pc: Pc,
    pub(crate) next_pc: Pc,
    pub(crate) recipe: RecipeIndex,
    /// The depth of the operand stack before the op.
    pub(crate) depth: u16,
    /// Whether the jump to the continuation is dropped, because the continuation follows.
    pub(crate) elided: bool,
    pub(crate) hot: CodeOffset,
    /// The offset from the start of the function's cold parts.
    pub(crate) cold: CodeOffset,
    /// The offset from the start of the function's constants.
    pub(crate) rodata: CodeOffset,
}

/// The offsets of the regions of a compiled function; the hot one begins at 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) cold: u32,
    pub(crate) rodata: u32,
    /// The table of the addresses at the labels of the function's lists.
    pub(crate) labels: u32,
    pub(crate) island: u32,
    pub(crate) optimized: u32,
    pub(crate) end: u32,
}

impl PlannedOp {
    /// Returns `true` if this is the poll or the graft before the op.
    pub(crate) fn is_before_op(&self) -> bool {
        self.pc == self.next_pc
    }
}

/// The place of the optimized code of a loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlannedRegion {
    /// The table of the exits' addresses.
    pub(crate) exits: CodeOffset,
    pub(crate) code: CodeOffset,
}

/// The bytes planned so far of each region.
#[derive(Clone, Copy, Default)]
struct Ends {
    hot: u32,
    cold: u32,
    rodata: u32,
}

/// A function that does not fit a code buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooBig {
    pub(crate) ops: u32,
}

/// The first pass over one function. Its buffers are reused for the next function, except `starts`.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) ops: Vec<PlannedOp>,
    /// By code unit: the offset of the code of the op that starts there, or [`NO_CODE`].
    pub(crate) starts: Vec<CodeOffset>,
    /// The ops that `OP_DEOPT` replaces.
    pub(crate) deopts: Vec<(Pc, OpIndex)>,
    pub(crate) island: Island,
    /// In the order of the grafts.
    pub(crate) regions: Vec<PlannedRegion>,
    pub(crate) layout: Layout,
}

impl Plan {
    /// Returns the bytes of the lists that stay in the plan, and of those that the compiled function keeps.
    pub(crate) fn table_bytes(function: &Function) -> (usize, usize) {
        let (ops, planned) = (function.facts().ops as usize, Self::most_planned(function));
        let plan = planned * size_of::<PlannedOp>() + ops * size_of::<(Pc, OpIndex)>();
        (plan, function.body().code.len() * size_of::<CodeOffset>())
    }

    /// Returns the number of ops and polls of a function, some of which may be unreachable.
    fn most_planned(function: &Function) -> usize {
        function.facts().ops as usize + function.facts().polls.len()
    }

    /// Allocates the lists for a function. Afterwards, [`measure`](Self::measure) allocates nothing.
    pub(crate) fn reserve(&mut self, function: &Function, grafts: &[Graft]) -> Result<(), TryReserveError> {
        self.ops.clear();
        self.ops.try_reserve(Self::most_planned(function) + grafts.len())?;
        self.regions.clear();
        self.regions.try_reserve(grafts.len())?;
        self.deopts.clear();
        self.deopts.try_reserve(function.facts().ops as usize)?;
        self.starts.clear();
        self.starts.try_reserve_exact(function.body().code.len())
    }

    pub(crate) fn new(island: Island) -> Self {
        let (ops, starts, deopts, regions) = Default::default();
        Plan { ops, starts, deopts, island, regions, layout: Layout::default() }
    }

    /// Plans a function. The ops at `excluded` (sorted) get `OP_DEOPT` whether they have a stencil or not. `grafts` are
    /// in the order of their heads, each of which has a poll.
    pub(crate) fn measure(
        &mut self,
        function: &Function,
        recipes: &Recipes,
        excluded: &[Pc],
        grafts: &[Graft],
    ) -> Result<(), TooBig> {
        let facts = function.facts();
        let code = &function.body().code[..];
        // Every offset must fit 31 bits, with room for the island.
        let optimized: u64 = grafts.iter().map(|graft| graft.room_bytes() as u64).sum();
        let labels = (function.body().labels.len() * LABEL_BYTES) as u64;
        if u64::from(facts.ops) * u64::from(recipes.max_op_bytes) + labels + optimized >= 1 << 30 {
            return Err(TooBig { ops: facts.ops });
        }
        self.ops.clear();
        self.deopts.clear();
        self.island.clear();
        self.starts.clear();
        self.starts.resize(code.len(), NO_CODE);

        let mut ends = Ends::default();
        let mut polls = facts.polls.iter().copied().peekable();
        let mut heads = grafts.iter().map(|graft| graft.head).peekable();
        // The continuation of the previous op, and the bytes of the jump to it.
        let (mut follows, mut tail_bytes) = (Pc(0), 0);
        let sizes = recipes.sizes();
        let mut pc = Pc(0);
        while let Some(&opcode) = code.get(pc.0 as usize) {
            let mut size: OpSize = sizes[usize::from(opcode)];
            let next_pc = Pc(pc.0 + u32::from(size.len_units));
            let Some(depth) = facts.depth(pc) else {
                // Control does not reach the op.
                pc = next_pc;
                continue;
            };
            if !recipes.is_used_at(pc) || !excluded.is_empty() && excluded.binary_search(&pc).is_ok() {
                size = recipes.deopt(size.len_units);
            }
            if size.recipe == recipes.deopt_index() {
                self.deopts.push((pc, OpIndex(opcode)));
            }
            if size.has_far {
                for &target in &recipes.recipe(size.recipe).far {
                    self.island.add(target);
                }
            }
            if polls.next_if_eq(&pc).is_some() {
                for &target in &recipes.recipe(recipes.poll.recipe).far {
                    self.island.add(target);
                }
                // The previous op jumps over the poll.
                self.push(pc, pc, recipes.poll, depth, &mut ends);
                (follows, tail_bytes) = (pc, u32::from(recipes.poll.tail_bytes));
            }
            if follows == pc && tail_bytes > 0 {
                ends.hot -= tail_bytes;
                if let Some(last) = self.ops.last_mut() {
                    last.elided = true;
                }
            }
            self.starts[pc.0 as usize] = CodeOffset(ends.hot);
            if heads.next_if_eq(&pc).is_some() {
                self.push(pc, pc, recipes.graft, depth, &mut ends);
            }
            self.push(pc, next_pc, size, depth, &mut ends);
            (follows, tail_bytes) = (next_pc, u32::from(size.tail_bytes));
            pc = next_pc;
        }
        self.lay_out(ends, labels as u32, grafts);
        Ok(())
    }

    /// Adds a stencil after the others.
    fn push(&mut self, pc: Pc, next_pc: Pc, size: OpSize, depth: u16, ends: &mut Ends) {
        self.ops.push(PlannedOp {
            pc,
            next_pc,
            recipe: size.recipe,
            depth,
            elided: false,
            hot: CodeOffset(ends.hot),
            cold: CodeOffset(ends.cold),
            rodata: CodeOffset(ends.rodata),
        });
        ends.hot += size.hot_bytes;
        ends.cold += size.cold_bytes;
        ends.rodata += size.rodata_bytes;
    }

    fn lay_out(&mut self, Ends { hot, cold, rodata }: Ends, label_bytes: u32, grafts: &[Graft]) {
        let rodata_start = (hot + cold).next_multiple_of(RODATA_ALIGN);
        let labels = rodata_start + rodata;
        let island = (labels + label_bytes).next_multiple_of(STUB_BYTES);
        self.island.place(CodeOffset(island));
        let optimized = island + self.island.len_bytes();
        let mut end = optimized;
        self.regions.clear();
        for graft in grafts {
            let exits = CodeOffset(end.next_multiple_of(REGION_ALIGN));
            let code = CodeOffset(exits.0 + graft.exits_bytes() as u32);
            end = code.0 + graft.region.code.len() as u32;
            self.regions.push(PlannedRegion { exits, code });
        }
        self.layout = Layout { cold: hot, rodata: rodata_start, labels, island, optimized, end };
    }

    /// Returns the ranges of the hot and the cold part of an op in the function's bytes.
    pub(crate) fn parts(&self, op: &PlannedOp, recipes: &Recipes) -> (Range<usize>, Range<usize>) {
        let recipe = recipes.recipe(op.recipe);
        let hot_bytes = if op.elided { recipe.elided_hot_bytes as usize } else { recipe.hot.len() };
        let hot = op.hot.0 as usize;
        let cold = (self.layout.cold + op.cold.0) as usize;
        (hot..hot + hot_bytes, cold..cold + recipe.cold.len())
    }
}
