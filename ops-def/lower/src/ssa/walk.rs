//! The blocks that follow a block, and the values that it mentions.

use mimeo_ir::{Block, ValueId};

/// Returns the blocks that follow, in order.
pub(super) fn successors(block: &Block) -> Vec<usize> {
    let mut list = Vec::new();
    block.end.clone().edges(&mut |edge| list.push(edge.to.0 as usize));
    list
}

/// Calls `visit` with each value that a block mentions.
pub(super) fn values(block: &mut Block, visit: &mut dyn FnMut(&mut ValueId)) {
    block.params.iter_mut().for_each(&mut *visit);
    block.insts.iter_mut().for_each(|inst| inst.values(visit));
    block.end.values(visit);
    block.end.edges(&mut |edge| edge.args.iter_mut().for_each(&mut *visit));
}
