//! Calls of inlined functions and returns from them → Cranelift's IR, and the records of frames where a region is left
//! among them.
//!
//! An inlined function has no record while it runs: nothing sees it. Where the region is left, the records are made that
//! the calls would have made. A call whose callee is not the function that was inlined, or for which the stack has no
//! room or the budget no event, is made without it.

use std::mem::offset_of;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};
use mimeo_def::frame::{Core, Fault, Frame as Record, FunctionHeader};
use mimeo_interp::Function;
use mimeo_ir::{Binary, Description, Type};
use mimeo_jit::OptimizedExit;

use crate::emit::Emitter;
use crate::frame::{Frame, slot_offset};
use crate::known::Expr;
use crate::loops::{Inlined, Loop, LoopOp};
use crate::memory::{Access, Origin};
use crate::place::Place;
use crate::values::{Values, trusted};

/// The size of a record.
const RECORD: i32 = size_of::<Record>() as i32;

/// Returns the distance of the record of an op's function from that of the region's.
fn record_offset(place: Place) -> i32 {
    place.depth() as i32 * RECORD
}

fn address_of(function: &Function) -> u64 {
    std::ptr::from_ref(function).expose_provenance() as u64
}

/// Makes the records of the functions that are inlined around an op, of which the innermost one's becomes the top one.
pub(crate) fn make_records(v: &mut Values<'_>, frame: &Frame, region: &Loop<'_>, place: Place) {
    let (record, base) = (v.b.use_var(frame.record), v.b.use_var(frame.base));
    for call in place.calls() {
        let Inlined { function, base: slot, returns_to, .. } = region.inlined[&call];
        let pc = v.b.ins().iconst(types::I64, i64::from(returns_to.pc().0));
        leave_caller(v, record, record_offset(call), pc);
        let callee = v.constant(Type::I64, address_of(function));
        let callee_base = v.b.ins().iadd_imm(base, i64::from(slot_offset(slot)));
        fill_callee(v, record, record_offset(call) + RECORD, callee, callee_base);
    }
    set_top(v, record, record_offset(place));
}

/// Stores where a caller continues: at `pc`, by the driver.
fn leave_caller(v: &mut Values<'_>, record: Value, at: i32, pc: Value) {
    let marker = v.b.ins().load(types::I64, trusted(), v.core, offset_of!(Core, return_marker) as i32);
    v.b.ins().store(trusted(), pc, record, at + offset_of!(Record, pc) as i32);
    v.b.ins().store(trusted(), marker, record, at + offset_of!(Record, ret) as i32);
}

fn fill_callee(v: &mut Values<'_>, record: Value, at: i32, callee: Value, base: Value) {
    v.b.ins().store(trusted(), callee, record, at + offset_of!(Record, function) as i32);
    v.b.ins().store(trusted(), base, record, at + offset_of!(Record, base) as i32);
}

fn set_top(v: &mut Values<'_>, record: Value, at: i32) {
    let top = v.b.ins().iadd_imm(record, i64::from(at));
    v.b.ins().store(trusted(), top, v.core, offset_of!(Core, frame) as i32);
}

/// Stores at which op the innermost function is.
pub(crate) fn store_pc(v: &mut Values<'_>, frame: &Frame, place: Place) {
    let record = v.b.use_var(frame.record);
    let pc = v.b.ins().iconst(types::I64, i64::from(place.pc().0));
    v.b.ins().store(trusted(), pc, record, record_offset(place) + offset_of!(Record, pc) as i32);
}

impl Emitter<'_, '_, '_> {
    /// Continues in the function that is inlined at a call, if that is the callee. Otherwise stencils do the op again; after
    /// an effect, or where a frame is missing, the call is made here.
    pub(crate) fn call(&mut self, op: &LoopOp<'_>, callee: Value, has_effects: bool) {
        let inlined = self.region.inlined[&op.place];
        let is_made_here = has_effects || op.place.call().is_some();
        let elsewhere = if is_made_here { self.v.b.create_block() } else { self.start_of(op) };
        self.v.b.set_cold_block(elsewhere);
        self.continue_if_callee(inlined.function, callee, elsewhere);
        self.continue_if_room(op, inlined, elsewhere);
        self.count(elsewhere);
        if is_made_here {
            self.calls_elsewhere.push((elsewhere, op.place, callee));
        }
        let first = op.place.inside().expect("it was inlined");
        self.go_to(op, first);
    }

    /// Fills the blocks in which calls are made that are not inlined.
    pub(crate) fn fill_calls(&mut self) {
        for (block, place, callee) in std::mem::take(&mut self.calls_elsewhere) {
            self.v.begin_elsewhere(block);
            self.call_elsewhere(&self.region.ops[&place], callee, self.region.inlined[&place].base);
        }
    }

    /// Returns from an inlined function.
    pub(crate) fn ret(&mut self, op: &LoopOp<'_>, values: &[Value]) {
        for (slot, &value) in op.returned().zip(values) {
            self.frame.set(&mut self.v, op, slot, value);
        }
        self.go_to(op, op.returns_to.expect("the function is inlined"));
    }

    fn continue_if_callee(&mut self, function: &Function, callee: Value, elsewhere: Block) {
        let v = &mut self.v;
        let offset = v.constant(Type::I64, offset_of!(FunctionHeader, serial) as u64);
        let address = v.value(Expr::Binary(Binary::Add, Type::I64, callee, offset));
        v.set_origin(address, Origin::Machine);
        let access = Access { ty: Type::I64, description: Description::Plain, address, offset: 0 };
        let serial = v.value(Expr::Load(access));
        let expected = v.constant(Type::I64, function.serial());
        self.continue_if(Expr::Binary(Binary::Equal, Type::I64, serial, expected), elsewhere);
    }

    /// Continues if value stack and records have room for the callee.
    fn continue_if_room(&mut self, op: &LoopOp<'_>, inlined: Inlined<'_>, elsewhere: Block) {
        let v = &mut self.v;
        let [base, record, limit, last] = self.frame.bounds().map(|variable| v.b.use_var(variable));
        let end = inlined.base + inlined.function.facts().slots;
        let needed = v.constant(Type::I64, slot_offset(end) as u64);
        let end = v.value(Expr::Binary(Binary::Add, Type::I64, base, needed));
        self.continue_if(Expr::Binary(Binary::LessEqualUnsigned, Type::I64, end, limit), elsewhere);
        let v = &mut self.v;
        let offset = v.constant(Type::I64, record_offset(op.place) as u64);
        let caller = v.value(Expr::Binary(Binary::Add, Type::I64, record, offset));
        self.continue_if(Expr::Binary(Binary::LessUnsigned, Type::I64, caller, last), elsewhere);
    }

    /// Continues if something holds.
    fn continue_if(&mut self, condition: Expr, elsewhere: Block) {
        let condition = self.v.value(condition);
        let stays = self.v.b.create_block();
        self.v.branch(condition, (stays, &[]), (elsewhere, &[]));
        self.v.begin(stays);
    }

    /// Leaves to make the call of any function, if that does not have to be refused.
    fn call_elsewhere(&mut self, op: &LoopOp<'_>, callee: Value, slot: u32) {
        let [base, record, limit, last] = self.frame.bounds().map(|variable| self.v.b.use_var(variable));
        let (v, frame, region) = (&mut self.v, &self.frame, self.region);
        let callee_base = v.b.ins().iadd_imm(base, i64::from(slot_offset(slot)));
        let of_callee = |v: &mut Values<'_>, offset| v.b.ins().load(types::I64, trusted(), callee, offset as i32);
        let room = v.b.ins().isub(limit, callee_base);
        let frame_bytes = of_callee(v, offset_of!(FunctionHeader, frame_bytes));
        let is_too_small = v.b.ins().icmp(IntCC::UnsignedLessThan, room, frame_bytes);
        let caller = v.b.ins().iadd_imm(record, i64::from(record_offset(op.place)));
        let is_last = v.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, caller, last);
        let has_no_room = v.b.ins().bor(is_too_small, is_last);
        let arity = of_callee(v, offset_of!(FunctionHeader, arity));
        let passed = v.b.ins().iconst(types::I64, i64::from(region.inlined[&op.place].arguments));
        let has_too_few = v.b.ins().icmp(IntCC::UnsignedLessThan, passed, arity);
        frame.store(v, &op.dirty);
        make_records(v, frame, region, op.place);
        let [refused, called] = [(); 2].map(|()| v.b.create_block());
        let [arity, room] = [Fault::Arity, Fault::Call].map(|fault| v.b.ins().iconst(types::I32, fault as i64));
        let fault = v.b.ins().select(has_too_few, arity, room);
        let is_refused = v.b.ins().bor(has_no_room, has_too_few);
        v.b.ins().brif(is_refused, refused, &[], called, &[]);

        v.b.switch_to_block(refused);
        v.b.set_cold_block(refused);
        store_pc(v, frame, op.place);
        v.b.ins().store(trusted(), fault, v.core, offset_of!(Core, fault) as i32);
        v.b.ins().store(trusted(), callee, v.core, offset_of!(Core, fault_callee) as i32);
        v.b.ins().store(trusted(), callee_base, v.core, offset_of!(Core, fault_base) as i32);
        self.exits.leave(v, OptimizedExit::Throw);

        v.b.switch_to_block(called);
        v.b.set_cold_block(called);
        let pc = v.b.ins().iconst(types::I64, i64::from(op.at.next_pc().0));
        leave_caller(v, record, record_offset(op.place), pc);
        fill_callee(v, record, record_offset(op.place) + RECORD, callee, callee_base);
        set_top(v, record, record_offset(op.place) + RECORD);
        self.exits.leave(v, OptimizedExit::Call);
    }
}
