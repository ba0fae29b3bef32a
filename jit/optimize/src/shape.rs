//! The body of an op → [`Shape`], which of its paths are compiled and which leave at the op's start.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use mimeo_def::op::{OpInfo, OperandKind};
use mimeo_interp::tier::OpAt;
use mimeo_ir::{Binary, Block, Body, End, Inst, ValueId};

use crate::memory::{Kind, stores_of};

/// What becomes of an op, by which of its [cells are empty](OpAt::empty_cells): a bit for each of the first few.
#[derive(Debug)]
pub(crate) struct Shapes(Vec<OnceCell<Forms>>);

/// What becomes of an op with some cells that are empty.
#[derive(Debug)]
pub(crate) struct Forms {
    /// If calls and returns leave, or `None` if the op always does.
    pub(crate) alone: Option<Shape>,
    /// If the function that it calls is inlined, or the one from which it returns is.
    pub(crate) inlined: Option<Shape>,
}

/// The most cells of an op of which the empty ones are looked at.
const MOST_CELLS: usize = 4;

impl Shapes {
    /// Makes room for what becomes of an op.
    pub(crate) fn new(info: &OpInfo) -> Shapes {
        let cells = info.operands.iter().filter(|operand| matches!(operand.kind, OperandKind::Cache { .. })).count();
        Shapes((0..1 << cells.min(MOST_CELLS)).map(|_| OnceCell::new()).collect())
    }

    /// Decides for an op, whose body this is. If all cells are empty, the op may not have run yet, so nothing follows from
    /// that unless the loop `is_sampled`.
    pub(crate) fn at(&self, at: &OpAt<'_>, body: &Body, is_sampled: bool) -> &Forms {
        let empty: Vec<bool> = at.empty_cells().take(MOST_CELLS).collect();
        let is_told = is_sampled || empty.contains(&false);
        let bits: usize =
            empty.iter().enumerate().map(|(cell, &is_empty)| usize::from(is_empty && is_told) << cell).sum();
        self.0[bits].get_or_init(|| {
            let of = |is_inlined| {
                let pruned = Shape::of(at.info, body, is_inlined, bits);
                // Where an effect comes before what is left out, it cannot be.
                pruned.or_else(|| Shape::of(at.info, body, is_inlined, 0).filter(|_| bits != 0))
            };
            Forms { alone: of(false), inlined: of(true) }
        })
    }
}

/// What becomes of each block of a body.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// By block: whether the op leaves at its start instead of ending the block.
    pub(crate) leaves: Vec<bool>,
    /// By block: whether it leaves because the block is reached only if something equals what an empty cell holds.
    pub(crate) misses: Vec<bool>,
    /// By block: whether the op has stored something or called the runtime before the block's end.
    pub(crate) has_effects: Vec<bool>,
    /// The other blocks, each after those that dominate it.
    pub(crate) order: Vec<usize>,
    /// By block: whether a later one in that order leads to it.
    pub(crate) is_repeated: Vec<bool>,
    /// The parameters that are cells.
    pub(crate) cells: Vec<ValueId>,
    /// What compiled paths store to, apart from slots.
    pub(crate) stores: Vec<Kind>,
    /// Whether a compiled path calls the runtime.
    pub(crate) calls_runtime: bool,
    /// Whether a compiled path throws an error.
    pub(crate) throws: bool,
    /// The parameter of the body that is the window of a call on a compiled path, if one calls a function.
    pub(crate) window: Option<usize>,
    /// Whether a compiled path returns from the function.
    pub(crate) returns: bool,
    /// Whether a compiled path returns the values of the op's window.
    pub(crate) returns_window: bool,
    /// Whether the op sets all slots of its window.
    pub(crate) fills_window: bool,
    /// Whether a compiled path continues with the next op.
    pub(crate) continues: bool,
    /// The labels and the lists of labels to which compiled paths jump.
    pub(crate) jumps: BTreeSet<u32>,
}

impl Shape {
    /// Decides for a body. Returns `None` if a path that has changed something would have to leave.
    fn of(info: &OpInfo, body: &Body, is_inlined: bool, empty: usize) -> Option<Shape> {
        let inputs = info.operands.iter().filter(|operand| !operand.kind.is_output());
        let is_cell = inputs.map(|operand| matches!(operand.kind, OperandKind::Cache { .. }));
        let params = body.blocks[0].params.iter().copied();
        let cells: Vec<ValueId> = params.zip(is_cell).filter(|&(_, is_cell)| is_cell).map(|(param, _)| param).collect();
        let mut misses = beyond_empty(body, &cells, empty);
        let calls: Vec<bool> = body.blocks.iter().map(|block| matches!(block.end, End::Runtime { .. })).collect();
        let without_calls = reached(body, &calls);
        let has_quiet_path =
            body.blocks.iter().zip(without_calls).any(|(block, is_reached)| is_reached && ends_op(block, is_inlined));
        let mut leaves = vec![false; body.blocks.len()];
        // A call that is compiled is an effect for what follows, so more calls are compiled.
        let effects = loop {
            let effects = effects_before(body, &leaves);
            let wanted: Vec<bool> = body
                .blocks
                .iter()
                .zip(&effects)
                .enumerate()
                .map(|(index, (block, &before))| match block.end {
                    _ if misses[index] || block.insts.iter().any(|inst| is_any_slot(inst, index)) => true,
                    End::Runtime { .. } => has_quiet_path && !before && !stores(block),
                    End::Call { .. } | End::Return { .. } | End::ReturnWindow { .. } => !is_inlined,
                    End::TailCall { .. } | End::Deopt => true,
                    // Without an effect, no error is pending, and the op will find it again.
                    End::Throw => !before,
                    End::Jump { .. } | End::Branch { .. } | End::Next { .. } | End::To { .. } | End::Switch { .. } => {
                        false
                    }
                })
                .collect();
            let wanted = with_all_before(body, wanted, &effects, &mut misses);
            if wanted == leaves {
                break effects;
            }
            leaves = wanted;
        };
        let is_reached = reached(body, &leaves);
        let mut blocks = body.blocks.iter().enumerate().filter(|&(index, _)| is_reached[index]);
        if blocks.any(|(index, block)| leaves[index] && (effects[index] || stores(block))) {
            return None;
        }
        let order = order(body, &leaves);
        let compiled = || order.iter().map(|&index| &body.blocks[index]);
        let jumps = compiled().filter_map(|block| match block.end {
            End::To { label, .. } | End::Switch { labels: label, .. } => Some(label.0),
            _ => None,
        });
        let has = |wanted: fn(&Block) -> bool| compiled().any(wanted);
        let returns_window = has(|block| matches!(block.end, End::ReturnWindow { .. }));
        let fills_window = has(|block| block.insts.iter().any(|inst| matches!(inst, Inst::WindowFill { .. })));
        // What is returned is read before it is filled.
        if returns_window && fills_window {
            return None;
        }
        let mut window = None;
        for block in compiled() {
            if let End::Call { window: called, .. } = block.end {
                let param = body.blocks[0].params.iter().position(|&param| param == called)?;
                // Calls with different windows are not inlined.
                if window.replace(param).is_some_and(|other| other != param) {
                    return None;
                }
            }
        }
        Some(Shape {
            is_repeated: repeated(body, &order),
            stores: compiled().flat_map(|block| stores_of(body, block, &cells)).collect(),
            calls_runtime: has(|block| matches!(block.end, End::Runtime { .. })),
            throws: has(|block| matches!(block.end, End::Throw)),
            window,
            returns: has(|block| matches!(block.end, End::Return { .. } | End::ReturnWindow { .. })),
            returns_window,
            fills_window,
            continues: has(|block| matches!(block.end, End::Next { .. })),
            jumps: jumps.collect(),
            cells,
            has_effects: effects.iter().zip(&body.blocks).map(|(&before, block)| before || stores(block)).collect(),
            leaves,
            misses,
            order,
        })
    }
}

/// Returns by block whether it is reached only if something equals what one of these empty cells holds. Such a cell was
/// never filled, and what fills it never equals zeros.
fn beyond_empty(body: &Body, cells: &[ValueId], empty: usize) -> Vec<bool> {
    if empty == 0 {
        return vec![false; body.blocks.len()];
    }
    let defining =
        |value: ValueId| body.blocks.iter().flat_map(|block| &block.insts).find(|inst| inst.result() == Some(value));
    let is_of_empty = |value: ValueId| match defining(value) {
        Some(Inst::Load { address, .. }) => {
            cells.iter().position(|cell| cell == address).is_some_and(|cell| empty >> cell & 1 == 1)
        }
        _ => false,
    };
    let next = |block: &Block| -> Vec<usize> {
        if let End::Branch { condition, then, other } = &block.end
            && let Some(&Inst::Binary { op: op @ (Binary::Equal | Binary::NotEqual), a, b, .. }) = defining(*condition)
            && (is_of_empty(a) || is_of_empty(b))
        {
            let edge = if op == Binary::Equal { other } else { then };
            return vec![edge.to.0 as usize];
        }
        block.successors().collect()
    };
    let mut is_beyond = vec![true; body.blocks.len()];
    let mut pending = vec![0];
    while let Some(index) = pending.pop() {
        if std::mem::replace(&mut is_beyond[index], false) {
            pending.extend(next(&body.blocks[index]));
        }
    }
    is_beyond
}

/// Adds the blocks after which the op always leaves, if it has had no effect until then: what they compute is not needed.
fn with_all_before(body: &Body, mut leaves: Vec<bool>, effects: &[bool], misses: &mut [bool]) -> Vec<bool> {
    let mut has_changed = true;
    while std::mem::take(&mut has_changed) {
        for (index, block) in body.blocks.iter().enumerate().rev() {
            let only_leads_on = matches!(block.end, End::Jump { .. } | End::Branch { .. });
            if leaves[index] || !only_leads_on || effects[index] || stores(block) {
                continue;
            }
            if block.successors().all(|to| leaves[to]) {
                leaves[index] = true;
                misses[index] = block.successors().any(|to| misses[to]);
                has_changed = true;
            }
        }
    }
    leaves
}

/// Returns the blocks that do not leave in an order in which each follows those that dominate it.
fn order(body: &Body, leaves: &[bool]) -> Vec<usize> {
    fn visit(body: &Body, seen: &mut [bool], index: usize, order: &mut Vec<usize>) {
        if !std::mem::replace(&mut seen[index], true) {
            body.blocks[index].successors().for_each(|to| visit(body, seen, to, order));
            order.push(index);
        }
    }
    let mut order = Vec::new();
    visit(body, &mut leaves.to_vec(), 0, &mut order);
    order.reverse();
    order
}

/// Returns by block whether a later one in this order leads to it.
fn repeated(body: &Body, order: &[usize]) -> Vec<bool> {
    let mut is_repeated = vec![false; body.blocks.len()];
    for (at, &index) in order.iter().enumerate() {
        for to in body.blocks[index].successors().filter(|to| order[..=at].contains(to)) {
            is_repeated[to] = true;
        }
    }
    is_repeated
}

/// Returns whether an instruction accesses a slot that only its index tells, or sets slots on one of several paths. Such
/// slots cannot be in variables.
fn is_any_slot(inst: &Inst, block: usize) -> bool {
    match inst {
        Inst::WindowLoad { .. } | Inst::WindowStore { .. } => true,
        Inst::WindowFill { .. } => block > 0,
        _ => false,
    }
}

fn stores(block: &Block) -> bool {
    block.insts.iter().any(|inst| matches!(inst, Inst::Store { .. } | Inst::WindowFill { .. }))
}

/// Returns whether a block continues with another op.
fn ends_op(block: &Block, is_inlined: bool) -> bool {
    match block.end {
        End::Next { .. } | End::To { .. } | End::Switch { .. } => true,
        End::Call { .. } | End::Return { .. } | End::ReturnWindow { .. } => is_inlined,
        _ => false,
    }
}

/// Returns which blocks are reached if some blocks leave.
fn reached(body: &Body, leaves: &[bool]) -> Vec<bool> {
    let mut seen = vec![false; body.blocks.len()];
    let mut pending = vec![0];
    while let Some(index) = pending.pop() {
        if !std::mem::replace(&mut seen[index], true) && !leaves[index] {
            pending.extend(body.blocks[index].successors());
        }
    }
    seen
}

/// Returns by block whether a path to its start stores to memory or calls the runtime, if some blocks leave.
fn effects_before(body: &Body, leaves: &[bool]) -> Vec<bool> {
    let mut before = vec![false; body.blocks.len()];
    loop {
        let mut changed = false;
        for (index, block) in body.blocks.iter().enumerate().filter(|&(index, _)| !leaves[index]) {
            if before[index] || stores(block) || matches!(block.end, End::Runtime { .. }) {
                for to in block.successors() {
                    changed |= !std::mem::replace(&mut before[to], true);
                }
            }
        }
        if !changed {
            return before;
        }
    }
}
