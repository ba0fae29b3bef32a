//! The values that a block mentions.

use mimeo_ir::{Block, ValueId};

/// Calls `visit` with each value that a block mentions.
pub(super) fn values(block: &mut Block, visit: &mut dyn FnMut(&mut ValueId)) {
    block.params.iter_mut().for_each(&mut *visit);
    block.insts.iter_mut().for_each(|inst| inst.values(visit));
    block.end.values(visit);
    block.end.edges(&mut |edge| edge.args.iter_mut().for_each(&mut *visit));
}
