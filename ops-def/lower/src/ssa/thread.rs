//! A body → the same body without detours: jumps lead past empty blocks, and past branches that they decide.

use std::collections::BTreeMap;

use mimeo_ir::{Block, Body, Edge, End, Inst, ValueId};

use super::walk::values;

/// Leads each edge to an empty block on to where that block jumps.
pub(super) fn skip_empty(body: &mut Body) {
    let onward: Vec<Option<Edge>> = body.blocks.iter().enumerate().map(|(index, _)| onward(body, index)).collect();
    for block in &mut body.blocks {
        block.end.edges(&mut |edge| {
            if let Some(next) = &onward[edge.to.0 as usize] {
                *edge = next.clone();
            }
        });
    }
}

/// Returns the jump of an empty block.
fn onward(body: &Body, index: usize) -> Option<Edge> {
    let block = &body.blocks[index];
    match &block.end {
        End::Jump { edge } if block.params.is_empty() && block.insts.is_empty() && edge.to.0 as usize != index => {
            Some(edge.clone())
        }
        _ => None,
    }
}

/// Leads each jump that decides the branch of an otherwise empty block on to the target of the branch.
///
/// This is what remains of an `Option` that a helper returns and its caller takes apart.
pub(super) fn skip_decided(body: &mut Body) {
    let constants = constants(body);
    let blocks = body.blocks.iter().enumerate();
    let branches: Vec<(usize, usize)> = blocks.filter_map(|(index, block)| Some((index, decided_by(block)?))).collect();
    for (index, condition) in branches {
        let decides = |end: &End| match end {
            End::Jump { edge } if edge.to.0 as usize == index => constants.get(&edge.args[condition]).copied(),
            _ => None,
        };
        if body.blocks.iter().all(|block| decides(&block.end).is_none()) || !hand_on_params(body, index) {
            continue;
        }
        let End::Branch { then, other, .. } = body.blocks[index].end.clone() else { unreachable!("it is a branch") };
        let params = body.blocks[index].params.clone();
        for block in &mut body.blocks {
            if let Some(bits) = decides(&block.end)
                && let End::Jump { edge } = &mut block.end
            {
                let mut taken = if bits == 0 { other.clone() } else { then.clone() };
                let given: BTreeMap<ValueId, ValueId> = params.iter().copied().zip(edge.args.iter().copied()).collect();
                taken.args.iter_mut().for_each(|arg| *arg = given.get(arg).copied().unwrap_or(*arg));
                *edge = taken;
            }
        }
    }
}

/// Returns the bits of all constants.
fn constants(body: &Body) -> BTreeMap<ValueId, u64> {
    let insts = body.blocks.iter().flat_map(|block| &block.insts);
    insts.filter_map(|inst| if let Inst::Const { to, bits } = *inst { Some((to, bits)) } else { None }).collect()
}

/// Returns the index of the parameter that decides what an otherwise empty block does.
fn decided_by(block: &Block) -> Option<usize> {
    match block.end {
        End::Branch { condition, .. } if block.insts.is_empty() => {
            block.params.iter().position(|&param| param == condition)
        }
        _ => None,
    }
}

/// Makes the targets of a branch get the parameters of its block as their own, so that other edges can lead to them.
/// Returns whether that was possible.
fn hand_on_params(body: &mut Body, index: usize) -> bool {
    let End::Branch { then, other, .. } = &body.blocks[index].end else { unreachable!("it is a branch") };
    let targets = [then, other].map(|edge| edge.to.0 as usize);
    let params = body.blocks[index].params.clone();
    let below = targets.map(|target| dominated(body, target));
    let is_sole = |target| body.blocks.iter().flat_map(Block::successors).filter(|&to| to == target).count() == 1;
    let uses: Vec<Vec<ValueId>> = body.blocks.iter().map(|block| used(block.clone(), &params)).collect();
    let is_local = |user: usize| (0..2).any(|side| below[side][user] && is_sole(targets[side]));
    let mut others = uses.iter().enumerate().filter(|&(user, used)| user != index && !used.is_empty());
    if others.any(|(user, _)| !is_local(user)) {
        return false;
    }
    for side in 0..2 {
        let mut own = BTreeMap::new();
        for &param in uses.iter().zip(&below[side]).filter(|&(_, &is_below)| is_below).flat_map(|(used, _)| used) {
            own.entry(param).or_insert_with(|| {
                body.values.push(body.ty(param));
                ValueId(body.values.len() as u32 - 1)
            });
        }
        for (block, _) in body.blocks.iter_mut().zip(&below[side]).filter(|&(_, &is_below)| is_below) {
            values(block, &mut |value| *value = own.get(value).copied().unwrap_or(*value));
        }
        let End::Branch { then, other, .. } = &mut body.blocks[index].end else { unreachable!("it is a branch") };
        [then, other][side].args.extend(own.keys());
        body.blocks[targets[side]].params.extend(own.values());
    }
    true
}

/// Returns which of these values a block uses.
fn used(mut block: Block, of: &[ValueId]) -> Vec<ValueId> {
    let mut found = Vec::new();
    values(&mut block, &mut |value| {
        if of.contains(value) {
            found.push(*value);
        }
    });
    found
}

/// Returns which blocks can only be reached through this one.
fn dominated(body: &Body, block: usize) -> Vec<bool> {
    let mut is_below = vec![true; body.blocks.len()];
    let mut pending = vec![0];
    while let Some(next) = pending.pop() {
        if next != block && std::mem::replace(&mut is_below[next], false) {
            pending.extend(body.blocks[next].successors());
        }
    }
    is_below
}
