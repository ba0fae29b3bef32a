//! The places where a region leaves → [`Exits`], one block for each, which stores what the frame lacks.

use cranelift_codegen::ir::{Block, InstBuilder, types};
use cranelift_frontend::FunctionBuilder;
use mimeo_jit::OptimizedExit;

use crate::call::{make_records, store_pc};
use crate::emit::Iterations;
use crate::frame::Frame;
use crate::loops::Loop;
use crate::place::Place;
use crate::values::Values;
use crate::webs::Webs;

/// The exits of a region.
#[derive(Debug, Default)]
pub(crate) struct Exits {
    /// The table of the region.
    pub(crate) table: Vec<OptimizedExit>,
    /// The copy of the ops from which blocks are asked for. Another copy has other values in the variables, which would have
    /// to be moved into the same registers for a common block.
    pub(crate) copy: Iterations,
    blocks: Vec<Leaving>,
}

/// A block that leaves.
#[derive(Debug, PartialEq, Eq)]
struct Leaving {
    block: Block,
    copy: Iterations,
    exit: OptimizedExit,
    /// The next op, if it is that of an inlined function.
    inlined: Option<Place>,
    /// The variables to store.
    dirty: Webs,
}

impl Exits {
    /// Returns the block that leaves for an exit after storing these variables.
    pub(crate) fn block(&mut self, b: &mut FunctionBuilder<'_>, exit: OptimizedExit, dirty: &Webs) -> Block {
        self.leaving(b, exit, None, dirty)
    }

    /// Returns the block that leaves before an op after storing these variables.
    pub(crate) fn before(&mut self, b: &mut FunctionBuilder<'_>, place: Place, dirty: &Webs) -> Block {
        match place.call() {
            None => self.leaving(b, OptimizedExit::Op(place.pc()), None, dirty),
            Some(_) => self.leaving(b, OptimizedExit::Resume, Some(place), dirty),
        }
    }

    fn leaving(
        &mut self,
        b: &mut FunctionBuilder<'_>,
        exit: OptimizedExit,
        inlined: Option<Place>,
        dirty: &Webs,
    ) -> Block {
        let is_same = |other: &&Leaving| {
            (other.copy, other.exit, other.inlined, &other.dirty) == (self.copy, exit, inlined, dirty)
        };
        if let Some(same) = self.blocks.iter().find(is_same) {
            return same.block;
        }
        let block = b.create_block();
        b.set_cold_block(block);
        self.blocks.push(Leaving { block, copy: self.copy, exit, inlined, dirty: dirty.clone() });
        block
    }

    /// Leaves for an exit. Everything is stored.
    pub(crate) fn leave(&mut self, v: &mut Values<'_>, exit: OptimizedExit) {
        let index = self.table.iter().position(|&other| other == exit).unwrap_or_else(|| {
            self.table.push(exit);
            self.table.len() - 1
        });
        let offset = v.b.ins().iconst(types::I64, (index * size_of::<u64>()) as i64);
        v.b.ins().return_(&[offset]);
    }

    /// Fills the blocks.
    pub(crate) fn fill(&mut self, v: &mut Values<'_>, frame: &Frame, region: &Loop<'_>) {
        for Leaving { block, exit, inlined, dirty, .. } in std::mem::take(&mut self.blocks) {
            v.begin_elsewhere(block);
            frame.store(v, &dirty);
            if let Some(place) = inlined {
                make_records(v, frame, region, place);
                store_pc(v, frame, place);
            }
            self.leave(v, exit);
        }
    }
}
