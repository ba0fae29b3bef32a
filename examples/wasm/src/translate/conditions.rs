//! Comparisons, and the branches that they decide.

use mimeo::asm::{Place, Target};
use mimeo::def::Slot;
use wasmparser::Operator;

use super::Translator;
use crate::ops::ops::Assembler;

/// The ops of a comparison.
#[derive(Clone, Copy)]
pub(super) struct Comparison {
    value: fn(&mut Assembler, Slot, Slot, Place<u64>),
    jump_if: Jump,
    jump_unless: Jump,
}

type Jump = fn(&mut Assembler, Slot, Place<u64>, Target);

/// What a branch depends on.
#[derive(Clone, Copy)]
pub(super) enum Condition {
    /// A number that is not 0.
    Value(Slot),
    /// A comparison of two operands.
    Comparison { ops: Comparison, a: Slot, b: Place<u64>, is_negated: bool },
}

impl Comparison {
    pub(super) fn of(operator: &Operator<'_>) -> Option<Comparison> {
        macro_rules! table {
            ($($operator:ident: $value:ident, $jump_if:ident, $jump_unless:ident;)*) => {
                match operator {
                    $(Operator::$operator => Comparison {
                        value: |code, dst, a, b| code.$value(dst, a, b),
                        jump_if: |code, a, b, to| code.$jump_if(a, b, to),
                        jump_unless: |code, a, b, to| code.$jump_unless(a, b, to),
                    },)*
                    _ => return None,
                }
            };
        }
        Some(table! {
            I32Eq: i32_eq, jump_if_i32_eq, jump_if_i32_ne;
            I32Ne: i32_ne, jump_if_i32_ne, jump_if_i32_eq;
            I32Eqz: i32_eq, jump_if_i32_eq, jump_if_i32_ne;
            I32LtS: i32_lt_s, jump_if_i32_lt_s, jump_if_i32_ge_s;
            I32LtU: i32_lt_u, jump_if_i32_lt_u, jump_if_i32_ge_u;
            I32GtS: i32_gt_s, jump_if_i32_gt_s, jump_if_i32_le_s;
            I32GtU: i32_gt_u, jump_if_i32_gt_u, jump_if_i32_le_u;
            I32LeS: i32_le_s, jump_if_i32_le_s, jump_if_i32_gt_s;
            I32LeU: i32_le_u, jump_if_i32_le_u, jump_if_i32_gt_u;
            I32GeS: i32_ge_s, jump_if_i32_ge_s, jump_if_i32_lt_s;
            I32GeU: i32_ge_u, jump_if_i32_ge_u, jump_if_i32_lt_u;
            I64Eq: i64_eq, jump_if_i64_eq, jump_if_i64_ne;
            I64Ne: i64_ne, jump_if_i64_ne, jump_if_i64_eq;
            I64Eqz: i64_eq, jump_if_i64_eq, jump_if_i64_ne;
            RefIsNull: i64_eq, jump_if_i64_eq, jump_if_i64_ne;
            I64LtS: i64_lt_s, jump_if_i64_lt_s, jump_if_i64_ge_s;
            I64LtU: i64_lt_u, jump_if_i64_lt_u, jump_if_i64_ge_u;
            I64GtS: i64_gt_s, jump_if_i64_gt_s, jump_if_i64_le_s;
            I64GtU: i64_gt_u, jump_if_i64_gt_u, jump_if_i64_le_u;
            I64LeS: i64_le_s, jump_if_i64_le_s, jump_if_i64_gt_s;
            I64LeU: i64_le_u, jump_if_i64_le_u, jump_if_i64_gt_u;
            I64GeS: i64_ge_s, jump_if_i64_ge_s, jump_if_i64_lt_s;
            I64GeU: i64_ge_u, jump_if_i64_ge_u, jump_if_i64_lt_u;
            F64Eq: f64_eq, jump_if_f64_eq, jump_if_f64_ne;
            F64Ne: f64_ne, jump_if_f64_ne, jump_if_f64_eq;
            F64Lt: f64_lt, jump_if_f64_lt, jump_unless_f64_lt;
            F64Gt: f64_gt, jump_if_f64_gt, jump_unless_f64_gt;
            F64Le: f64_le, jump_if_f64_le, jump_unless_f64_le;
            F64Ge: f64_ge, jump_if_f64_ge, jump_unless_f64_ge;
            F32Eq: f32_eq, jump_if_f32_eq, jump_if_f32_ne;
            F32Ne: f32_ne, jump_if_f32_ne, jump_if_f32_eq;
            F32Lt: f32_lt, jump_if_f32_lt, jump_unless_f32_lt;
            F32Gt: f32_gt, jump_if_f32_gt, jump_unless_f32_gt;
            F32Le: f32_le, jump_if_f32_le, jump_unless_f32_le;
            F32Ge: f32_ge, jump_if_f32_ge, jump_unless_f32_ge;
        })
    }
}

impl Translator<'_> {
    /// Translates a comparison, and the branch that it decides if one follows.
    pub(super) fn compare(&mut self, ops: Comparison, operator: &Operator<'_>) {
        let has_zero = matches!(operator, Operator::I32Eqz | Operator::I64Eqz | Operator::RefIsNull);
        let b = if has_zero { Place::Constant(0) } else { self.pop() };
        let a = self.pop_slot();
        let is_negated = self.decides_a_branch(1) && matches!(self.peek(), Some(Operator::I32Eqz));
        let condition = Condition::Comparison { ops, a, b, is_negated };
        if is_negated {
            self.ahead.pop();
        }
        if self.decides_a_branch(0) {
            self.branch_on(condition);
        } else {
            let dst = self.push_result();
            (ops.value)(&mut self.code, dst, a, b);
        }
    }

    /// Returns whether the instruction after `skipped` others is a branch that takes a condition.
    fn decides_a_branch(&self, skipped: usize) -> bool {
        let operator = self.ahead.iter().rev().nth(skipped);
        matches!(operator, Some((_, Operator::BrIf { .. } | Operator::If { .. })))
    }

    /// Translates the branch that follows.
    fn branch_on(&mut self, condition: Condition) {
        match self.ahead.pop() {
            Some((_, Operator::BrIf { relative_depth })) => self.br_if(condition, relative_depth),
            Some((_, Operator::If { blockty })) => self.begin_if(condition, blockty),
            _ => unreachable!("a branch follows"),
        }
    }

    /// Takes a number as the condition.
    pub(super) fn pop_condition(&mut self) -> Condition {
        Condition::Value(self.pop_slot())
    }

    pub(super) fn jump_if(&mut self, condition: Condition, to: Target) {
        match condition {
            Condition::Value(slot) => self.code.jump_if(slot, to),
            Condition::Comparison { ops, a, b, is_negated } => {
                let jump = if is_negated { ops.jump_unless } else { ops.jump_if };
                jump(&mut self.code, a, b, to);
            }
        }
    }

    pub(super) fn jump_unless(&mut self, condition: Condition, to: Target) {
        match condition {
            Condition::Value(slot) => self.code.jump_unless(slot, to),
            Condition::Comparison { ops, a, b, is_negated } => {
                self.jump_if(Condition::Comparison { ops, a, b, is_negated: !is_negated }, to);
            }
        }
    }
}
