//! Each instruction → its ops.

use mimeo::asm::Place;
use mimeo::def::Slot;
use wasmparser::{MemArg, Operator};

use super::Translator;
use super::conditions::Comparison;
use super::operands::Operand;
use crate::ops::ops::Assembler;

type Unary = fn(&mut Assembler, Slot, Slot);
type Binary = fn(&mut Assembler, Slot, Slot, Place<u64>);
type Load = fn(&mut Assembler, Slot, Place<u64>, u32);
type Store = fn(&mut Assembler, Place<u64>, Place<u64>, u32);

/// Returns the op of an instruction with one operand.
fn unary(operator: &Operator<'_>) -> Option<Unary> {
    macro_rules! table {
        ($($operator:ident: $op:ident;)*) => {
            match operator {
                $(Operator::$operator => |code, dst, a| code.$op(dst, a),)*
                _ => return None,
            }
        };
    }
    Some(table! {
        I32Clz: i32_clz; I32Ctz: i32_ctz; I32Popcnt: popcnt; I64Clz: i64_clz; I64Ctz: i64_ctz; I64Popcnt: popcnt;
        I32WrapI64: wrap; I64ExtendI32S: i64_extend32_s;
        I32Extend8S: i32_extend8_s; I32Extend16S: i32_extend16_s;
        I64Extend8S: i64_extend8_s; I64Extend16S: i64_extend16_s; I64Extend32S: i64_extend32_s;
        F64Abs: f64_abs; F64Neg: f64_neg; F64Ceil: f64_ceil; F64Floor: f64_floor; F64Trunc: f64_trunc;
        F64Nearest: f64_nearest; F64Sqrt: f64_sqrt;
        I32TruncF64S: i32_trunc_f64_s; I32TruncF64U: i32_trunc_f64_u;
        I64TruncF64S: i64_trunc_f64_s; I64TruncF64U: i64_trunc_f64_u;
        I32TruncSatF64S: i32_trunc_sat_f64_s; I32TruncSatF64U: i32_trunc_sat_f64_u;
        I64TruncSatF64S: i64_trunc_sat_f64_s; I64TruncSatF64U: i64_trunc_sat_f64_u;
        F64ConvertI32S: f64_convert_i32_s; F64ConvertI32U: f64_convert_i32_u;
        F64ConvertI64S: f64_convert_i64_s; F64ConvertI64U: f64_convert_i64_u;
        F32Abs: f32_abs; F32Neg: f32_neg; F32Ceil: f32_ceil; F32Floor: f32_floor; F32Trunc: f32_trunc;
        F32Nearest: f32_nearest; F32Sqrt: f32_sqrt;
        I32TruncF32S: i32_trunc_f32_s; I32TruncF32U: i32_trunc_f32_u;
        I64TruncF32S: i64_trunc_f32_s; I64TruncF32U: i64_trunc_f32_u;
        I32TruncSatF32S: i32_trunc_sat_f32_s; I32TruncSatF32U: i32_trunc_sat_f32_u;
        I64TruncSatF32S: i64_trunc_sat_f32_s; I64TruncSatF32U: i64_trunc_sat_f32_u;
        F32ConvertI32S: f32_convert_i32_s; F32ConvertI32U: f32_convert_i32_u;
        F32ConvertI64S: f32_convert_i64_s; F32ConvertI64U: f32_convert_i64_u;
        F32DemoteF64: f32_demote_f64; F64PromoteF32: f64_promote_f32;
    })
}

/// Returns the op of an instruction with two operands, and whether these can be exchanged.
fn binary(operator: &Operator<'_>) -> Option<(Binary, bool)> {
    macro_rules! table {
        ($($operator:ident: $op:ident $can_swap:ident;)*) => {
            match operator {
                $(Operator::$operator => (|code, dst, a, b| code.$op(dst, a, b), $can_swap),)*
                _ => return None,
            }
        };
    }
    Some(table! {
        I32Add: i32_add true; I32Sub: i32_sub false; I32Mul: i32_mul true;
        I32DivS: i32_div_s false; I32DivU: i32_div_u false; I32RemS: i32_rem_s false; I32RemU: i32_rem_u false;
        I32And: and true; I32Or: or true; I32Xor: xor true;
        I32Shl: i32_shl false; I32ShrS: i32_shr_s false; I32ShrU: i32_shr_u false;
        I32Rotl: i32_rotl false; I32Rotr: i32_rotr false;
        I64Add: i64_add true; I64Sub: i64_sub false; I64Mul: i64_mul true;
        I64DivS: i64_div_s false; I64DivU: i64_div_u false; I64RemS: i64_rem_s false; I64RemU: i64_rem_u false;
        I64And: and true; I64Or: or true; I64Xor: xor true;
        I64Shl: i64_shl false; I64ShrS: i64_shr_s false; I64ShrU: i64_shr_u false;
        I64Rotl: i64_rotl false; I64Rotr: i64_rotr false;
        F64Add: f64_add false; F64Sub: f64_sub false; F64Mul: f64_mul false; F64Div: f64_div false;
        F64Min: f64_min false; F64Max: f64_max false; F64Copysign: f64_copysign false;
        F32Add: f32_add false; F32Sub: f32_sub false; F32Mul: f32_mul false; F32Div: f32_div false;
        F32Min: f32_min false; F32Max: f32_max false; F32Copysign: f32_copysign false;
    })
}

fn load(operator: &Operator<'_>) -> Option<(Load, MemArg)> {
    macro_rules! table {
        ($($op:ident: $($operator:ident)|+;)*) => {
            match operator {
                $($(Operator::$operator { memarg })|+ => (|code, dst, at, offset| code.$op(dst, at, offset), *memarg),)*
                _ => return None,
            }
        };
    }
    Some(table! {
        load8: I32Load8U | I64Load8U;
        load16: I32Load16U | I64Load16U;
        load32: I32Load | F32Load | I64Load32U;
        load64: I64Load | F64Load;
        i32_load8_s: I32Load8S;
        i32_load16_s: I32Load16S;
        i64_load8_s: I64Load8S;
        i64_load16_s: I64Load16S;
        i64_load32_s: I64Load32S;
    })
}

fn store(operator: &Operator<'_>) -> Option<(Store, MemArg)> {
    macro_rules! table {
        ($($op:ident: $($operator:ident)|+;)*) => {
            match operator {
                $($(Operator::$operator { memarg })|+ => (|code, at, value, offset| code.$op(at, value, offset), *memarg),)*
                _ => return None,
            }
        };
    }
    Some(table! {
        store8: I32Store8 | I64Store8;
        store16: I32Store16 | I64Store16;
        store32: I32Store | F32Store | I64Store32;
        store64: I64Store | F64Store;
    })
}

impl Translator<'_> {
    pub(super) fn operator(&mut self, operator: Operator<'_>) {
        if let Some(op) = unary(&operator) {
            let a = self.pop_slot();
            let dst = self.push_result();
            op(&mut self.code, dst, a);
        } else if let Some((op, can_swap)) = binary(&operator) {
            self.binary(op, can_swap);
        } else if let Some(comparison) = Comparison::of(&operator) {
            self.compare(comparison, &operator);
        } else if let Some((op, memarg)) = load(&operator) {
            let address = self.pop();
            let dst = self.push_result();
            op(&mut self.code, dst, address, memarg.offset as u32);
        } else if let Some((op, memarg)) = store(&operator) {
            let value = self.pop();
            let address = self.pop();
            op(&mut self.code, address, value, memarg.offset as u32);
        } else {
            self.other(operator);
        }
        if !self.is_reachable {
            self.skip_unreachable();
        }
    }

    fn binary(&mut self, op: Binary, can_swap: bool) {
        let b = self.pop();
        let (a, b) = match (self.stack.last(), b) {
            (Some(&Operand::Constant(bits)), Place::Slot(b)) if can_swap => {
                self.stack.pop();
                (b, Place::Constant(bits))
            }
            _ => (self.pop_slot(), b),
        };
        let dst = self.push_result();
        op(&mut self.code, dst, a, b);
    }

    fn other(&mut self, operator: Operator<'_>) {
        use Operator as O;
        match operator {
            // Control.
            O::Nop => {}
            O::Unreachable => {
                self.code.unreachable();
                // It never goes on, but an op does.
                self.code.ret(Place::Constant(0));
                self.is_reachable = false;
            }
            O::Block { blockty } => self.block(blockty),
            O::Loop { blockty } => self.begin_loop(blockty),
            O::If { blockty } => {
                let condition = self.pop_condition();
                self.begin_if(condition, blockty);
            }
            O::Else => self.begin_else(),
            O::End => self.end(),
            O::Br { relative_depth } => self.br(relative_depth),
            O::BrIf { relative_depth } => {
                let condition = self.pop_condition();
                self.br_if(condition, relative_depth);
            }
            O::BrTable { targets } => self.br_table(&targets),
            O::Return => self.ret(),
            O::Call { function_index } => self.call(function_index),
            O::CallIndirect { type_index, table_index } => {
                let index = self.pop_slot();
                let ty = &self.declared.types[type_index as usize];
                let (params, results) = (ty.params.len(), ty.results.len());
                let number = self.declared.type_numbers[type_index as usize];
                let window = self.window(params);
                self.code.call_indirect(index, table_index, number, window, params as u16);
                self.push_results(results);
            }

            // Operands.
            O::Drop => _ = self.stack.pop(),
            O::Select | O::TypedSelect { .. } => {
                let condition = self.pop_slot();
                let b = self.pop();
                let a = self.pop();
                let dst = self.push_result();
                self.code.select(dst, condition, a, b);
            }
            O::LocalGet { local_index } => self.push(Operand::Local(Slot(local_index as u16))),
            O::LocalSet { local_index } => self.assign(local_index),
            O::LocalTee { local_index } => {
                self.assign(local_index);
                self.push(Operand::Local(Slot(local_index as u16)));
            }
            O::I32Const { value } => self.push(Operand::Constant(u64::from(value as u32))),
            O::I64Const { value } => self.push(Operand::Constant(value as u64)),
            O::F32Const { value } => self.push(Operand::Constant(u64::from(value.bits()))),
            O::F64Const { value } => self.push(Operand::Constant(value.bits())),
            // The bits stay the same.
            O::I64ExtendI32U
            | O::I32ReinterpretF32
            | O::I64ReinterpretF64
            | O::F32ReinterpretI32
            | O::F64ReinterpretI64 => {}

            // Globals and references.
            O::GlobalGet { global_index } => self.produce(|code, dst| code.get_global(dst, global_index)),
            O::GlobalSet { global_index } => {
                let value = self.pop();
                self.code.set_global(global_index, value);
            }
            O::RefNull { .. } => self.push(Operand::Constant(0)),
            O::RefFunc { function_index } => self.produce(|code, dst| code.function(dst, function_index)),

            // Tables.
            O::TableGet { table } => {
                let index = self.pop_slot();
                self.produce(|code, dst| code.table_get(dst, index, table));
            }
            O::TableSet { table } => {
                let [index, value] = self.pop_slots();
                self.code.table_set(index, value, table);
            }
            O::TableSize { table } => self.produce(|code, dst| code.table_size(dst, table)),
            O::TableGrow { table } => {
                let [value, count] = self.pop_slots();
                self.produce(|code, dst| code.table_grow(dst, value, count, table));
            }
            O::TableFill { table } => {
                let [to, value, len] = self.pop_slots();
                self.code.table_fill(to, value, len, table);
            }
            O::TableInit { elem_index, table } => {
                let [to, from, len] = self.pop_slots();
                self.code.table_init(to, from, len, table, elem_index);
            }
            O::TableCopy { dst_table, src_table } => {
                let [to, from, len] = self.pop_slots();
                self.code.table_copy(to, from, len, u64::from(dst_table) << 32 | u64::from(src_table));
            }
            O::ElemDrop { elem_index } => self.code.elem_drop(elem_index),

            // Memory.
            O::MemorySize { .. } => self.produce(|code, dst| code.memory_size(dst)),
            O::MemoryGrow { .. } => {
                let pages = self.pop_slot();
                self.produce(|code, dst| code.memory_grow(dst, pages));
            }
            O::MemoryInit { data_index, .. } => {
                let [to, from, len] = self.pop_slots();
                self.code.memory_init(to, from, len, data_index);
            }
            O::MemoryCopy { .. } => {
                let [to, from, len] = self.pop_slots();
                self.code.memory_copy(to, from, len);
            }
            O::MemoryFill { .. } => {
                let [to, byte, len] = self.pop_slots();
                self.code.memory_fill(to, byte, len);
            }
            O::DataDrop { data_index } => self.code.data_drop(data_index),
            other => unreachable!("validation refuses {other:?}"),
        }
    }

    /// Takes operands, in the order in which they were pushed.
    fn pop_slots<const N: usize>(&mut self) -> [Slot; N] {
        let mut slots = [Slot(0); N];
        for slot in slots.iter_mut().rev() {
            *slot = self.pop_slot();
        }
        slots
    }

    /// Appends an op with a result.
    fn produce(&mut self, op: impl FnOnce(&mut Assembler, Slot)) {
        let dst = self.push_result();
        op(&mut self.code, dst);
    }

    fn assign(&mut self, local: u32) {
        let value = self.pop();
        let dst = self.local_to_assign(local);
        match value {
            Place::Constant(bits) => self.code.constant(dst, bits),
            Place::Slot(from) if from == dst => {}
            Place::Slot(from) => self.code.copy(dst, from),
        }
    }

    /// Takes the arguments of a call or the results of the function, which are then in a window, and returns its start.
    pub(super) fn window(&mut self, count: usize) -> Slot {
        self.settle_last(count);
        self.stack.truncate(self.stack.len() - count);
        // A call writes its result even if there is none.
        self.slot_at(self.stack.len())
    }

    /// Pushes the results of a call, which are in their slots.
    fn push_results(&mut self, count: usize) {
        for _ in 0..count {
            self.push(Operand::Stacked);
            self.slot_at(self.stack.len() - 1);
        }
    }

    fn call(&mut self, function: u32) {
        let ty = self.declared.type_of(function);
        let (params, results) = (ty.params.len(), ty.results.len());
        let window = self.window(params);
        match function.checked_sub(self.declared.imported_functions) {
            Some(own) => self.code.call(self.functions[own as usize], window, params as u16),
            None => self.code.call_import(function, window, params as u16),
        }
        self.push_results(results);
    }
}
