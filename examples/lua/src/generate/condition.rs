//! Conditions → jumps.

use lua_syntax::parse::{BinaryOperator, Expression, LogicOperator, Operation, UnaryOperator};
use mimeo::asm::{Place, Target};
use mimeo::def::Slot;

use super::constant::text_of;
use super::function::Generator;
use super::operation::{Left, Operand, is_comparison};
use crate::ops::ops::{MAX_INTERNED, Value};

impl Generator<'_> {
    /// Jumps to `to` if the truth of the condition is `when`, else continues.
    pub(super) fn jump(&mut self, condition: &Expression, to: Target, when: bool) {
        if let Some(constant) = self.constant_of(condition) {
            if constant.truth() == when {
                self.asm.jump(to);
            }
            return;
        }
        let mark = self.mark();
        match condition {
            Expression::Unary { operator: UnaryOperator::Not, operand, .. } => self.jump(operand, to, !when),
            Expression::Logic { operator, operands } => self.jump_logic(*operator, operands, to, when),
            Expression::Binary { first, rest } if rest.last().is_some_and(|last| is_comparison(last.operator)) => {
                if let Some((last, others)) = rest.split_last() {
                    let left = self.all_but_last(first, others);
                    self.compare(left, last, to, when);
                }
            }
            _ => {
                let slot = self.slot_of(condition);
                if when { self.asm.jump_if(slot, to) } else { self.asm.jump_unless(slot, to) }
            }
        }
        self.release(mark);
    }

    fn jump_logic(&mut self, operator: LogicOperator, operands: &[Expression], to: Target, when: bool) {
        let Some((last, others)) = operands.split_last() else { return };
        // The truth of an operand that ends the evaluation.
        let decides = operator == LogicOperator::Or;
        if decides == when {
            operands.iter().for_each(|operand| self.jump(operand, to, when));
            return;
        }
        let after = self.asm.label();
        others.iter().for_each(|operand| self.jump(operand, after, decides));
        self.jump(last, to, when);
        self.asm.bind(after);
    }

    /// Jumps to `to` if the result of the comparison is `when`.
    pub(super) fn compare(&mut self, left: Left<'_>, operation: &Operation, to: Target, when: bool) {
        match operation.operator {
            BinaryOperator::Equal => self.compare_equal(left, operation, to, when),
            BinaryOperator::NotEqual => self.compare_equal(left, operation, to, !when),
            _ => self.compare_order(left, operation, to, when),
        }
    }

    fn compare_equal(&mut self, left: Left<'_>, operation: &Operation, to: Target, when: bool) {
        let a = match left {
            Left::Slot(slot) => Place::Slot(slot),
            Left::Number(number) => Place::Constant(Value::number(number)),
            Left::Expression(expression) => self.place_of(expression),
        };
        let b = self.place_of(&operation.operand);
        let (a, b): (_, Place<Value>) = match (a, b) {
            (Place::Slot(a), b) => (a, b),
            (a, Place::Slot(b)) => (b, a),
            (Place::Constant(a), b) => (self.constant_in_slot(a), b),
        };
        self.at(operation.line);
        match b {
            Place::Slot(b) if when => self.asm.jump_if_equal(a, b, to),
            Place::Slot(b) => self.asm.jump_unless_equal(a, b, to),
            Place::Constant(b) => self.compare_with(a, b, to, when),
        }
    }

    fn compare_with(&mut self, a: Slot, b: Value, to: Target, when: bool) {
        if let Some(number) = b.to_number() {
            match when {
                true => self.asm.jump_if_equal_number(a, number, to),
                false => self.asm.jump_unless_equal_number(a, number, to),
            }
        } else if text_of(b).is_some_and(|text| self.function.strings.text(text).len() > MAX_INTERNED as usize) {
            let b = self.constant_in_slot(b);
            match when {
                true => self.asm.jump_if_equal(a, b, to),
                false => self.asm.jump_unless_equal(a, b, to),
            }
        } else {
            match when {
                true => self.asm.jump_if_is(a, b, to),
                false => self.asm.jump_unless_is(a, b, to),
            }
        }
    }

    fn constant_in_slot(&mut self, constant: Value) -> Slot {
        let slot = self.take();
        self.asm.copy(slot, Place::Constant(constant));
        slot
    }

    fn compare_order(&mut self, left: Left<'_>, operation: &Operation, to: Target, when: bool) {
        let (a, b) = (self.left(left), self.right(&operation.operand));
        let (a, b) = match (a, b) {
            (Operand::Number(_), Operand::Number(_)) => (Operand::Slot(self.in_slot(a)), b),
            other => other,
        };
        self.at(operation.line);
        // `a > b` is `b < a`.
        let (swapped, or_equal) = match operation.operator {
            BinaryOperator::Less => (false, false),
            BinaryOperator::LessOrEqual => (false, true),
            BinaryOperator::Greater => (true, false),
            BinaryOperator::GreaterOrEqual => (true, true),
            other => unreachable!("{other:?} does not order"),
        };
        let (a, b) = if swapped { (b, a) } else { (a, b) };
        let asm = &mut self.asm;
        match (a, b, or_equal, when) {
            (Operand::Slot(a), Operand::Slot(b), false, true) => asm.jump_if_less(a, b, to),
            (Operand::Slot(a), Operand::Slot(b), false, false) => asm.jump_unless_less(a, b, to),
            (Operand::Slot(a), Operand::Slot(b), true, true) => asm.jump_if_less_equal(a, b, to),
            (Operand::Slot(a), Operand::Slot(b), true, false) => asm.jump_unless_less_equal(a, b, to),
            (Operand::Slot(a), Operand::Number(b), false, true) => asm.jump_if_less_number(a, b, to),
            (Operand::Slot(a), Operand::Number(b), false, false) => asm.jump_unless_less_number(a, b, to),
            (Operand::Slot(a), Operand::Number(b), true, true) => asm.jump_if_less_equal_number(a, b, to),
            (Operand::Slot(a), Operand::Number(b), true, false) => asm.jump_unless_less_equal_number(a, b, to),
            (Operand::Number(a), Operand::Slot(b), false, true) => asm.jump_if_greater_number(b, a, to),
            (Operand::Number(a), Operand::Slot(b), false, false) => asm.jump_unless_greater_number(b, a, to),
            (Operand::Number(a), Operand::Slot(b), true, true) => asm.jump_if_greater_equal_number(b, a, to),
            (Operand::Number(a), Operand::Slot(b), true, false) => asm.jump_unless_greater_equal_number(b, a, to),
            (Operand::Number(_), Operand::Number(_), ..) => unreachable!("one of them is in a slot"),
        }
    }
}
