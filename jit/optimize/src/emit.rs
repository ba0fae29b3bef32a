//! A [`Loop`] → Cranelift's IR of a function that runs it, and its exits.
//!
//! The function takes the machine's core, slot 0 and the frame's record, and returns the offset of an exit.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::mem::offset_of;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, MemFlags, Value, types};
use cranelift_frontend::{FunctionBuilder, Variable};
use mimeo_def::Pc;
use mimeo_def::frame::Core;
use mimeo_interp::RuntimeFn;
use mimeo_ir::Set;
use mimeo_jit::OptimizedExit;

use crate::body::BodyEmitter;
use crate::compiler::Leaving;
use crate::exits::Exits;
use crate::floats::floats;
use crate::loops::{Loop, LoopOp, Slots};

/// An access to memory that exists and is aligned.
pub(crate) fn trusted() -> MemFlags {
    MemFlags::trusted()
}

/// Returns the distance of a slot from slot 0 in bytes.
pub(crate) fn slot_offset(slot: u32) -> i32 {
    (slot * size_of::<u64>() as u32) as i32
}

/// The frame of a region: the machine's registers, and the slots that are variables.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) core: Value,
    /// The frame's record, which moves with the stack.
    pub(crate) record: Variable,
    /// Slot 0.
    pub(crate) base: Variable,
    slots: BTreeMap<u32, Variable>,
    /// The slots whose variables hold doubles.
    floats: Slots,
    /// Words → the doubles whose bits they are.
    doubles: HashMap<Value, Value>,
}

impl Frame {
    /// Declares the variables, in the entry of the function.
    fn new(b: &mut FunctionBuilder<'_>, params: [Value; 3], slots: &Slots, floats: Slots) -> Frame {
        let [core, base, record] = params;
        let mut variable = |ty| b.declare_var(ty);
        let ty = |slot: u32| if floats.contains(&slot) { types::F64 } else { types::I64 };
        let frame = Frame {
            core,
            record: variable(types::I64),
            base: variable(types::I64),
            slots: slots.iter().map(|&slot| (slot, variable(ty(slot)))).collect(),
            floats,
            doubles: HashMap::new(),
        };
        b.def_var(frame.record, record);
        b.def_var(frame.base, base);
        frame
    }

    /// Reads all variables from the frame.
    pub(crate) fn load(&self, b: &mut FunctionBuilder<'_>) {
        let base = b.use_var(self.base);
        for (&slot, &variable) in &self.slots {
            let ty = if self.floats.contains(&slot) { types::F64 } else { types::I64 };
            let value = b.ins().load(ty, trusted(), base, slot_offset(slot));
            b.def_var(variable, value);
        }
    }

    /// Writes these slots to the frame.
    pub(crate) fn store(&self, b: &mut FunctionBuilder<'_>, dirty: &Slots) {
        let base = b.use_var(self.base);
        for slot in dirty {
            let value = b.use_var(self.slots[slot]);
            b.ins().store(trusted(), value, base, slot_offset(*slot));
        }
    }

    /// Returns the value of a slot as a word.
    pub(crate) fn get(&mut self, b: &mut FunctionBuilder<'_>, slot: u32) -> Value {
        match self.slots.get(&slot) {
            Some(&variable) => {
                let value = b.use_var(variable);
                if self.floats.contains(&slot) { self.bits_of(b, value) } else { value }
            }
            None => {
                let base = b.use_var(self.base);
                b.ins().load(types::I64, trusted(), base, slot_offset(slot))
            }
        }
    }

    /// Returns the bits of a double.
    pub(crate) fn bits_of(&mut self, b: &mut FunctionBuilder<'_>, double: Value) -> Value {
        let word = b.ins().bitcast(types::I64, MemFlags::new(), double);
        self.doubles.insert(word, double);
        word
    }

    /// Returns the double with these bits.
    pub(crate) fn double_of(&mut self, b: &mut FunctionBuilder<'_>, word: Value) -> Value {
        match self.doubles.get(&word) {
            Some(&double) => double,
            None => b.ins().bitcast(types::F64, MemFlags::new(), word),
        }
    }

    /// Sets the value of a slot to a word.
    pub(crate) fn set(&mut self, b: &mut FunctionBuilder<'_>, slot: u32, word: Value) {
        match self.slots.get(&slot) {
            Some(&variable) => {
                let value = if self.floats.contains(&slot) { self.double_of(b, word) } else { word };
                b.def_var(variable, value);
            }
            None => {
                let base = b.use_var(self.base);
                b.ins().store(trusted(), word, base, slot_offset(slot));
            }
        }
    }
}

/// Increments the number of entries.
fn count_entry(b: &mut FunctionBuilder<'_>, entries: &Cell<u64>) {
    let address = b.ins().iconst(types::I64, entries.as_ptr().expose_provenance() as i64);
    let before = b.ins().load(types::I64, trusted(), address, 0);
    let after = b.ins().iadd_imm(before, 1);
    b.ins().store(trusted(), after, address, 0);
}

/// What a region is made of.
pub(crate) struct Inputs<'a> {
    pub(crate) region: &'a Loop<'a>,
    pub(crate) bodies: &'a Set,
    pub(crate) runtime: &'static [RuntimeFn],
    /// The number of entries, which the region counts.
    pub(crate) entries: &'a Cell<u64>,
}

/// Emits a whole region.
pub(crate) struct Emitter<'a, 'f> {
    pub(crate) b: FunctionBuilder<'f>,
    region: &'a Loop<'a>,
    pub(crate) runtime: &'static [RuntimeFn],
    pub(crate) frame: Frame,
    pub(crate) exits: Exits,
    /// The block of each op.
    blocks: BTreeMap<Pc, Block>,
}

impl<'a, 'f> Emitter<'a, 'f> {
    /// Emits a region into an empty function with the right signature. Returns the exits.
    pub(crate) fn emit(
        mut b: FunctionBuilder<'f>,
        inputs: &Inputs<'a>,
        leaving: Option<&Leaving>,
    ) -> Vec<OptimizedExit> {
        let Inputs { region, bodies, runtime, entries } = *inputs;
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        let params = [0, 1, 2].map(|index| b.block_params(entry)[index]);
        let frame = Frame::new(&mut b, params, &region.variables, floats(region, bodies));
        count_entry(&mut b, entries);
        frame.load(&mut b);
        let blocks: BTreeMap<Pc, Block> = region.ops.keys().map(|&pc| (pc, b.create_block())).collect();
        b.ins().jump(blocks[&region.head], &[]);
        let mut emitter = Emitter { b, region, runtime, frame, exits: Exits::default(), blocks };
        for (pc, op) in &region.ops {
            emitter.b.switch_to_block(emitter.blocks[pc]);
            if let Some(leaving) = leaving {
                emitter.leave_now_and_then(op, leaving);
            }
            BodyEmitter::emit(&mut emitter, op, bodies.body_of(usize::from(op.at.op.0)));
        }
        let Emitter { mut b, frame, exits, .. } = emitter;
        exits.fill(&mut b, &frame);
        b.seal_all_blocks();
        b.finalize();
        exits.table
    }

    /// Leaves at the start of an op if it is time to.
    fn leave_now_and_then(&mut self, op: &LoopOp<'_>, Leaving { every, left }: &Leaving) {
        let b = &mut self.b;
        let address = b.ins().iconst(types::I64, left.as_ptr().expose_provenance() as i64);
        let before = b.ins().load(types::I32, trusted(), address, 0);
        let after = b.ins().iadd_imm(before, -1);
        let is_over = b.ins().icmp_imm(IntCC::Equal, after, 0);
        let again = b.ins().iconst(types::I32, i64::from(*every));
        let after = b.ins().select(is_over, again, after);
        b.ins().store(trusted(), after, address, 0);
        let exit = self.exits.block(b, OptimizedExit::Op(op.at.pc), &op.dirty);
        let stays = b.create_block();
        b.ins().brif(is_over, exit, &[], stays, &[]);
        b.switch_to_block(stays);
    }

    /// Leaves at the start of an op.
    pub(crate) fn leave_at(&mut self, op: &LoopOp<'_>) {
        self.leave(OptimizedExit::Op(op.at.pc), &op.dirty);
    }

    /// Leaves, after storing these slots.
    pub(crate) fn leave(&mut self, exit: OptimizedExit, dirty: &Slots) {
        let block = self.exits.block(&mut self.b, exit, dirty);
        self.b.ins().jump(block, &[]);
    }

    /// Continues at another op after this one.
    pub(crate) fn go(&mut self, from: &LoopOp<'_>, to: Pc) {
        let is_backward = to <= from.at.pc;
        let Some(&block) = self.blocks.get(&to) else {
            let exit = if is_backward { OptimizedExit::Poll(to) } else { OptimizedExit::Op(to) };
            return self.leave(exit, &self.region.dirty_after(from.at.pc));
        };
        if is_backward {
            self.count(from, to);
        }
        self.b.ins().jump(block, &[]);
    }

    /// Counts a backward jump. If the budget is used up, the poll at the target is left to count it.
    fn count(&mut self, from: &LoopOp<'_>, to: Pc) {
        const BUDGET: i32 = offset_of!(Core, budget) as i32;
        let budget = self.b.ins().load(types::I32, trusted(), self.frame.core, BUDGET);
        let is_used_up = self.b.ins().icmp_imm(IntCC::SignedLessThanOrEqual, budget, 0);
        let exit = self.exits.block(&mut self.b, OptimizedExit::Poll(to), &self.region.dirty_after(from.at.pc));
        let more = self.b.create_block();
        self.b.ins().brif(is_used_up, exit, &[], more, &[]);
        self.b.switch_to_block(more);
        let left = self.b.ins().iadd_imm(budget, -1);
        self.b.ins().store(trusted(), left, self.frame.core, BUDGET);
    }
}
