//! The places where a region leaves → [`Exits`], one block for each, which stores what the frame lacks.

use cranelift_codegen::ir::{Block, InstBuilder, types};
use cranelift_frontend::FunctionBuilder;
use mimeo_jit::OptimizedExit;

use crate::frame::Frame;
use crate::loops::Slots;
use crate::values::Values;

/// The exits of a region.
#[derive(Debug, Default)]
pub(crate) struct Exits {
    /// The table of the region.
    pub(crate) table: Vec<OptimizedExit>,
    /// By block: the index in the table, and the slots to store.
    blocks: Vec<(Block, usize, Slots)>,
}

impl Exits {
    /// Returns the block that leaves for an exit after storing these slots.
    pub(crate) fn block(&mut self, b: &mut FunctionBuilder<'_>, exit: OptimizedExit, dirty: &Slots) -> Block {
        let index = self.table.iter().position(|&other| other == exit).unwrap_or_else(|| {
            self.table.push(exit);
            self.table.len() - 1
        });
        let same = |(_, other, slots): &&(Block, usize, Slots)| *other == index && slots == dirty;
        if let Some(&(block, _, _)) = self.blocks.iter().find(same) {
            return block;
        }
        let block = b.create_block();
        b.set_cold_block(block);
        self.blocks.push((block, index, dirty.clone()));
        block
    }

    /// Fills the blocks.
    pub(crate) fn fill(&self, v: &mut Values<'_>, frame: &Frame) {
        for (block, index, dirty) in &self.blocks {
            v.b.switch_to_block(*block);
            frame.store(v, dirty);
            let offset = v.b.ins().iconst(types::I64, (index * size_of::<u64>()) as i64);
            v.b.ins().return_(&[offset]);
        }
    }
}
