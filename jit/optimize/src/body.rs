//! The body of one op at one place → Cranelift's IR of its compiled paths.

use std::mem::offset_of;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{AbiParam, Block, BlockArg, InstBuilder, Signature, Value, types};
use cranelift_codegen::isa::CallConv;
use mimeo_def::Pc;
use mimeo_def::frame::{Core, PANICKED};
use mimeo_interp::tier::Word;
use mimeo_ir::{Binary, Body, Edge, End, FunctionId, Inst, Type, ValueId};
use mimeo_jit::OptimizedExit;

use crate::arithmetic::clif_type;
use crate::call::store_pc;
use crate::emit::Emitter;
use crate::known::Expr;
use crate::loops::LoopOp;
use crate::memory::{Access, Origin};
use crate::values::trusted;
use crate::webs::Webs;

/// Emits one op.
pub(crate) struct BodyEmitter<'e, 'a, 'f, 'h> {
    e: &'e mut Emitter<'a, 'f, 'h>,
    op: &'e LoopOp<'a>,
    body: &'e Body,
    values: Vec<Option<Value>>,
    /// By block of the body; the first is emitted where the op begins.
    blocks: Vec<Option<Block>>,
}

impl<'e, 'a, 'f, 'h> BodyEmitter<'e, 'a, 'f, 'h> {
    /// Emits the compiled paths of an op, from the current block.
    pub(crate) fn emit(e: &'e mut Emitter<'a, 'f, 'h>, op: &'e LoopOp<'a>, body: &'e Body) {
        let values = vec![None; body.values.len()];
        let blocks = vec![None; body.blocks.len()];
        let mut emitter = BodyEmitter { e, op, body, values, blocks };
        emitter.read_operands();
        // What an op does before it leaves is done again.
        if op.shape.leaves[0] {
            let exit = if op.shape.misses[0] { emitter.e.missed(op) } else { emitter.e.start_of(op) };
            emitter.e.v.jump(exit, &[]);
        }
        let last = op.shape.order.last();
        for index in &op.shape.order {
            emitter.e.is_last = Some(index) == last;
            emitter.block(*index);
        }
    }

    fn read_operands(&mut self) {
        let mut empty = self.op.at.empty_cells();
        for (&param, word) in self.body.blocks[0].params.iter().zip(self.op.inputs()) {
            let v = &mut self.e.v;
            let value = match word {
                Word::Slot(slot) => self.e.frame.get(v, self.op, slot),
                Word::Bits(bits) => v.constant(Type::I64, bits),
                Word::Label(_) | Word::Labels { .. } => v.constant(Type::I64, 0),
            };
            if self.op.shape.cells.contains(&param) {
                v.set_origin(value, Origin::Cell);
                if self.e.keeps_cells && empty.next() == Some(false) {
                    v.fixed_cells.insert(value);
                }
            }
            self.values[param.0 as usize] = Some(value);
        }
    }

    fn get(&self, value: ValueId) -> Value {
        self.values[value.0 as usize].expect("a value is defined before it is used")
    }

    /// Returns the target of an edge and the arguments for its parameters, after those given.
    fn edge(&mut self, edge: &Edge, first: Option<Value>) -> (Block, Vec<BlockArg>) {
        let index = edge.to.0 as usize;
        if self.op.shape.misses[index] {
            return (self.e.missed(self.op), Vec::new());
        }
        if self.op.shape.leaves[index] {
            return (self.e.start_of(self.op), Vec::new());
        }
        let block = self.blocks[index].unwrap_or_else(|| {
            let block = self.e.v.b.create_block();
            for &param in &self.body.blocks[index].params {
                let value = self.e.v.b.append_block_param(block, clif_type(self.body.ty(param)));
                self.values[param.0 as usize] = Some(value);
            }
            block
        });
        self.blocks[index] = Some(block);
        let args = first.into_iter().chain(edge.args.iter().map(|&arg| self.get(arg)));
        (block, args.map(BlockArg::Value).collect())
    }

    fn block(&mut self, index: usize) {
        let (body, op) = (self.body, self.op);
        if index > 0 {
            // Nothing may lead here, since conditions were decided.
            let Some(block) = self.blocks[index] else { return };
            if op.shape.is_repeated[index] {
                let mut known = self.e.v.on_edges_to(block).cloned().unwrap_or_default();
                known.forget(|_| true);
                self.e.v.begin_loop(block, known);
            } else if !self.e.v.begin(block) {
                return;
            }
        }
        let block = &body.blocks[index];
        for inst in &block.insts {
            self.inst(inst);
        }
        match &block.end {
            End::Jump { edge } => {
                let (to, args) = self.edge(edge, None);
                self.e.v.jump(to, &args);
            }
            End::Branch { condition, then, other } => {
                let condition = self.get(*condition);
                let (then, then_args) = self.edge(then, None);
                let (other, other_args) = self.edge(other, None);
                self.e.v.branch(condition, (then, &then_args), (other, &other_args));
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
                let target = op.targets(label.0).next().expect("the operand is a label");
                self.e.go(op, target);
            }
            End::Switch { index, labels } => {
                let index = self.get(*index);
                self.e.is_last = false;
                self.switch(index, &ranges(op.targets(labels.0)));
            }
            End::Throw => self.throw(),
            End::Call { callee, .. } => {
                let callee = self.get(*callee);
                self.e.call(op, callee, op.shape.has_effects[index]);
            }
            End::Return { value } => {
                let value = self.get(*value);
                self.e.ret(op, &[value]);
            }
            End::ReturnWindow { .. } => {
                let values: Vec<Value> = op.window().map(|slot| self.e.frame.get(&mut self.e.v, op, slot)).collect();
                self.e.ret(op, &values);
            }
            End::TailCall { .. } | End::Deopt => unreachable!("the op leaves at its start"),
        }
    }

    fn inst(&mut self, inst: &Inst) {
        let ty = |value: ValueId| self.body.ty(value);
        let (to, expr) = match *inst {
            Inst::Const { to, bits } => (to, Expr::Const(ty(to), bits)),
            Inst::Unary { to, op, of } => (to, Expr::Unary(op, ty(of), ty(to), self.get(of))),
            Inst::Binary { to, op, a, b } => (to, Expr::Binary(op, ty(a), self.get(a), self.get(b))),
            Inst::Select { to, condition, then, other } => {
                (to, Expr::Select(self.get(condition), self.get(then), self.get(other)))
            }
            Inst::Context { to } => (to, Expr::Context),
            Inst::FunctionWord { to } => (to, Expr::Const(Type::I64, self.op.at.function.word())),
            Inst::Load { to, address, offset, description } => {
                (to, Expr::Load(Access { ty: ty(to), description, address: self.get(address), offset }))
            }
            Inst::Store { address, offset, description, value } => {
                let access = Access { ty: ty(value), description, address: self.get(address), offset };
                let value = self.get(value);
                return self.e.v.store(access, value);
            }
            Inst::WindowFill { value, .. } => {
                let value = self.get(value);
                let op = self.op;
                return op.window().for_each(|slot| self.e.frame.set(&mut self.e.v, op, slot, value));
            }
            Inst::WindowLoad { .. } | Inst::WindowStore { .. } => unreachable!("the op leaves at its start"),
        };
        self.values[to.0 as usize] = Some(self.e.v.value(expr));
    }

    /// Writes the results to their slots.
    fn write(&mut self, results: &[ValueId]) {
        for (slot, &result) in self.op.results().zip(results) {
            let value = self.get(result);
            self.e.frame.set(&mut self.e.v, self.op, slot, value);
        }
    }

    /// Continues at the op of the range in which the index is, found by comparisons in a balanced tree: what they decide
    /// is known on the paths.
    fn switch(&mut self, index: Value, ranges: &[(u64, Pc)]) {
        if let &[(_, to)] = ranges {
            return self.e.go(self.op, to);
        }
        let (low, high) = ranges.split_at(ranges.len() / 2);
        let v = &mut self.e.v;
        let first = v.constant(Type::I64, high[0].0);
        let is_low = v.value(Expr::Binary(Binary::LessUnsigned, Type::I64, index, first));
        let blocks = [low, high].map(|ranges| (v.b.create_block(), ranges));
        v.branch(is_low, (blocks[0].0, &[]), (blocks[1].0, &[]));
        for (block, ranges) in blocks {
            // The index may be known.
            if self.e.v.begin(block) {
                self.switch(index, ranges);
            }
        }
    }

    /// Leaves with the error that is pending.
    fn throw(&mut self) {
        store_pc(&mut self.e.v, &self.e.frame, self.op.place);
        self.e.leave(OptimizedExit::Throw, &self.op.dirty);
    }

    /// Calls a runtime function. It sees all slots in the frame, and every slot is read again after it.
    fn runtime(&mut self, function: FunctionId, args: &[ValueId], has_result: bool, ok: &Edge, err: Option<&Edge>) {
        store_pc(&mut self.e.v, &self.e.frame, self.op.place);
        let mut words = vec![self.e.v.core];
        for &arg in args {
            let value = self.get(arg);
            words.push(self.e.v.word(self.body.ty(arg), value));
        }
        let (v, frame) = (&mut self.e.v, &self.e.frame);
        frame.store(v, &self.op.dirty);
        let mut signature = Signature::new(CallConv::SystemV);
        signature.params = vec![AbiParam::new(types::I64); words.len()];
        signature.returns = vec![AbiParam::new(types::I64); 2];
        let signature = v.b.import_signature(signature);
        let shim = self.e.runtime[function.0 as usize].shim.expose_provenance();
        let shim = v.constant(Type::I64, shim as u64);
        let call = v.b.ins().call_indirect(signature, shim, &words);
        let [status, value] = [0, 1].map(|index| v.b.inst_results(call)[index]);
        v.set_origin(value, Origin::Language);
        v.known.forget(|_| true);
        frame.reload(v, self.op);

        let thrown = self.e.exits.block(&mut v.b, OptimizedExit::Throw, &Webs::new());
        let failed = if err.is_some() { v.b.create_block() } else { thrown };
        let result = has_result.then(|| {
            let param = self.body.blocks[ok.to.0 as usize].params[0];
            v.of_word(self.body.ty(param), value)
        });
        let (ok, ok_args) = self.edge(ok, result);
        let has_failed = self.e.v.b.ins().icmp_imm(IntCC::NotEqual, status, 0);
        self.e.v.branch(has_failed, (failed, &[]), (ok, &ok_args));
        let Some(err) = err else { return };
        // A panic arrives as an error, too.
        self.e.v.begin(failed);
        let exit = offset_of!(Core, exit) as i32;
        let exit = self.e.v.b.ins().load(types::I32, trusted(), self.e.v.core, exit);
        let has_panicked = self.e.v.b.ins().icmp_imm(IntCC::Equal, exit, i64::from(PANICKED));
        let (err, err_args) = self.edge(err, None);
        self.e.v.branch(has_panicked, (thrown, &[]), (err, &err_args));
    }
}

/// Returns the ranges of indices with the same op, each with its first index.
fn ranges(targets: impl Iterator<Item = Pc>) -> Vec<(u64, Pc)> {
    let mut ranges: Vec<(u64, Pc)> = (0..).zip(targets).collect();
    ranges.dedup_by_key(|&mut (_, to)| to);
    ranges
}
