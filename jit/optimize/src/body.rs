//! The body of one op at one place → Cranelift's IR of its compiled paths.

use std::mem::offset_of;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{AbiParam, Block, BlockArg, InstBuilder, Signature, Value, types};
use cranelift_codegen::isa::CallConv;
use mimeo_def::frame::{CORE_BYTES, Core, Frame, PANICKED};
use mimeo_interp::tier::Word;
use mimeo_ir::{Body, Edge, End, FunctionId, Inst, Unary, ValueId};
use mimeo_jit::OptimizedExit;

use crate::arithmetic::{binary, clif_type, constant, from_word, to_word, unary};
use crate::emit::{Emitter, trusted};
use crate::loops::{LoopOp, Slots};
use crate::shape::successors;

/// Emits one op.
pub(crate) struct BodyEmitter<'e, 'a, 'f> {
    e: &'e mut Emitter<'a, 'f>,
    op: &'e LoopOp<'a>,
    body: &'e Body,
    values: Vec<Option<Value>>,
    /// By block of the body; the first is emitted where the op begins.
    blocks: Vec<Option<Block>>,
}

impl<'e, 'a, 'f> BodyEmitter<'e, 'a, 'f> {
    /// Emits the compiled paths of an op, from the current block.
    pub(crate) fn emit(e: &'e mut Emitter<'a, 'f>, op: &'e LoopOp<'a>, body: &'e Body) {
        let values = vec![None; body.values.len()];
        let blocks = vec![None; body.blocks.len()];
        let mut emitter = BodyEmitter { e, op, body, values, blocks };
        emitter.read_operands();
        for index in emitter.order() {
            emitter.block(index);
        }
    }

    /// Returns the compiled blocks in an order in which each follows those that dominate it.
    fn order(&self) -> Vec<usize> {
        fn visit(body: &Body, leaves: &[bool], index: usize, seen: &mut [bool], order: &mut Vec<usize>) {
            if std::mem::replace(&mut seen[index], true) {
                return;
            }
            if !leaves[index] {
                for to in successors(&body.blocks[index]) {
                    visit(body, leaves, to, seen, order);
                }
            }
            order.push(index);
        }
        let mut order = Vec::new();
        let mut seen = vec![false; self.body.blocks.len()];
        visit(self.body, &self.op.shape.leaves, 0, &mut seen, &mut order);
        order.reverse();
        order
    }

    fn read_operands(&mut self) {
        for (param, word) in self.body.blocks[0].params.iter().zip(self.op.at.inputs()) {
            let value = match word {
                Word::Slot(slot) => self.e.frame.get(&mut self.e.b, slot),
                Word::Bits(bits) => self.e.b.ins().iconst(types::I64, bits as i64),
                Word::Label(_) => self.e.b.ins().iconst(types::I64, 0),
            };
            self.values[param.0 as usize] = Some(value);
        }
    }

    fn get(&self, value: ValueId) -> Value {
        self.values[value.0 as usize].expect("a value is defined before it is used")
    }

    fn word(&mut self, value: ValueId) -> Value {
        let value = self.get(value);
        to_word(&mut self.e.b, value)
    }

    /// Returns the block of a block of the body.
    fn target(&mut self, index: usize) -> Block {
        if let Some(block) = self.blocks[index] {
            return block;
        }
        let block = self.e.b.create_block();
        for &param in &self.body.blocks[index].params {
            let value = self.e.b.append_block_param(block, clif_type(self.body.ty(param)));
            self.values[param.0 as usize] = Some(value);
        }
        self.blocks[index] = Some(block);
        block
    }

    /// Returns the target of an edge and the arguments for its parameters, after those given.
    fn edge(&mut self, edge: &Edge, first: Option<Value>) -> (Block, Vec<BlockArg>) {
        let args = first.into_iter().chain(edge.args.iter().map(|&arg| self.get(arg)));
        let args = args.map(BlockArg::Value).collect();
        (self.target(edge.to.0 as usize), args)
    }

    fn block(&mut self, index: usize) {
        if index > 0 {
            let block = self.target(index);
            self.e.b.switch_to_block(block);
        }
        let (body, op) = (self.body, self.op);
        let block = &body.blocks[index];
        // What an op does before it leaves is done again.
        if op.shape.leaves[index] {
            return self.e.leave_at(op);
        }
        for inst in &block.insts {
            self.inst(inst);
        }
        match &block.end {
            End::Jump { edge } => {
                let (to, args) = self.edge(edge, None);
                self.e.b.ins().jump(to, &args);
            }
            End::Branch { condition, then, other } => {
                let condition = self.get(*condition);
                let (then, then_args) = self.edge(then, None);
                let (other, other_args) = self.edge(other, None);
                self.e.b.ins().brif(condition, then, &then_args, other, &other_args);
            }
            End::Runtime { function, args, has_result, ok, err } => {
                self.runtime(*function, args, *has_result, ok, err.as_ref());
            }
            End::Next { results } => {
                self.write(results);
                self.e.go(op, op.at.next_pc());
            }
            End::To { results, label } => {
                self.write(results);
                self.e.go(op, op.target(label.0));
            }
            End::Throw => self.throw(),
            End::Call { .. } | End::TailCall { .. } | End::Return { .. } | End::Deopt => {
                unreachable!("the op leaves at its start")
            }
        }
    }

    fn inst(&mut self, inst: &Inst) {
        let b = &mut self.e.b;
        let get = |value: ValueId| self.values[value.0 as usize].expect("a value is defined before it is used");
        let (to, value) = match *inst {
            Inst::Const { to, bits } => (to, constant(b, self.body.ty(to), bits)),
            Inst::Unary { to, op: Unary::FloatFromBits, of } => (to, self.e.frame.double_of(b, get(of))),
            Inst::Unary { to, op: Unary::FloatToBits, of } => (to, self.e.frame.bits_of(b, get(of))),
            Inst::Unary { to, op, of } => (to, unary(b, op, self.body.ty(to), get(of))),
            Inst::Binary { to, op, a, b: other } => (to, binary(b, op, get(a), get(other))),
            Inst::Select { to, condition, then, other } => (to, b.ins().select(get(condition), get(then), get(other))),
            Inst::Context { to } => (to, b.ins().iadd_imm(self.e.frame.core, CORE_BYTES as i64)),
            Inst::Load { to, address, offset, .. } => {
                let ty = clif_type(self.body.ty(to));
                (to, b.ins().load(ty, trusted(), get(address), offset as i32))
            }
            Inst::Store { address, offset, value, .. } => {
                b.ins().store(trusted(), get(value), get(address), offset as i32);
                return;
            }
        };
        self.values[to.0 as usize] = Some(value);
    }

    /// Writes the results to their slots.
    fn write(&mut self, results: &[ValueId]) {
        for (slot, &result) in self.op.at.results().zip(results) {
            let value = self.get(result);
            self.e.frame.set(&mut self.e.b, slot, value);
        }
    }

    /// Stores the place of the op in the frame's record.
    fn store_pc(&mut self) {
        let record = self.e.b.use_var(self.e.frame.record);
        let pc = self.e.b.ins().iconst(types::I64, i64::from(self.op.at.pc.0));
        self.e.b.ins().store(trusted(), pc, record, offset_of!(Frame, pc) as i32);
    }

    /// Leaves with the error that is pending.
    fn throw(&mut self) {
        self.store_pc();
        self.e.leave(OptimizedExit::Throw, &self.op.dirty);
    }

    /// Calls a runtime function. It sees all slots in the frame, and every slot is read again after it.
    fn runtime(&mut self, function: FunctionId, args: &[ValueId], has_result: bool, ok: &Edge, err: Option<&Edge>) {
        self.store_pc();
        self.e.frame.store(&mut self.e.b, &self.op.dirty);
        let mut words = vec![self.e.frame.core];
        for &arg in args {
            words.push(self.word(arg));
        }
        let b = &mut self.e.b;
        let mut signature = Signature::new(CallConv::SystemV);
        signature.params = vec![AbiParam::new(types::I64); words.len()];
        signature.returns = vec![AbiParam::new(types::I64); 2];
        let signature = b.import_signature(signature);
        let shim = self.e.runtime[function.0 as usize].shim.expose_provenance();
        let shim = b.ins().iconst(types::I64, shim as i64);
        let call = b.ins().call_indirect(signature, shim, &words);
        let [status, value] = [0, 1].map(|index| b.inst_results(call)[index]);
        // The runtime can move the stack.
        let record = b.ins().load(types::I64, trusted(), self.e.frame.core, offset_of!(Core, frame) as i32);
        b.def_var(self.e.frame.record, record);
        let base = b.ins().load(types::I64, trusted(), record, offset_of!(Frame, base) as i32);
        b.def_var(self.e.frame.base, base);
        self.e.frame.load(&mut self.e.b);

        let failed = self.e.b.create_block();
        let result = has_result.then(|| {
            let param = self.body.blocks[ok.to.0 as usize].params[0];
            from_word(&mut self.e.b, self.body.ty(param), value)
        });
        let (ok, ok_args) = self.edge(ok, result);
        self.e.b.ins().brif(status, failed, &[], ok, &ok_args);
        self.e.b.switch_to_block(failed);
        let thrown = self.e.exits.block(&mut self.e.b, OptimizedExit::Throw, &Slots::new());
        let Some(err) = err else {
            self.e.b.ins().jump(thrown, &[]);
            return;
        };
        // A panic arrives as an error, too.
        let exit = offset_of!(Core, exit) as i32;
        let exit = self.e.b.ins().load(types::I32, trusted(), self.e.frame.core, exit);
        let has_panicked = self.e.b.ins().icmp_imm(IntCC::Equal, exit, i64::from(PANICKED));
        let (err, err_args) = self.edge(err, None);
        self.e.b.ins().brif(has_panicked, thrown, &[], err, &err_args);
    }
}
