//! Binary operators → ops, which treat constants and slots differently.

use lua_syntax::parse::{BinaryOperator, Expression, Operation};
use mimeo::def::Slot;

use super::fold::{fold, number_of};
use super::function::Generator;

/// The left operand.
#[derive(Clone, Copy)]
pub(super) enum Left<'a> {
    Expression(&'a Expression<'a>),
    /// The result of the operations before, if it is known.
    Number(f64),
    /// The result of the operations before.
    Slot(Slot),
}

/// An operand: a number in the op itself, or a slot.
#[derive(Clone, Copy)]
pub(super) enum Operand {
    Number(f64),
    Slot(Slot),
}

impl Generator<'_> {
    /// Applies operations from left to right.
    pub(super) fn operations(&mut self, first: &Expression<'_>, rest: &[Operation<'_>], dst: Slot) {
        let (mut left, rest) = fold(first, rest);
        let Some((last, others)) = rest.split_last() else { return self.into(first, dst) };
        if !others.is_empty() {
            let value = self.take();
            for operation in others {
                self.operation(left, operation, value);
                left = Left::Slot(value);
            }
        }
        self.operation(left, last, dst);
    }

    /// Applies all given operations. Returns the left operand of the next one.
    pub(super) fn all_but_last<'a>(&mut self, first: &'a Expression<'a>, others: &[Operation<'_>]) -> Left<'a> {
        let (mut left, rest) = fold(first, others);
        let Some((last, before)) = rest.split_last() else { return left };
        let value = self.take();
        for operation in before {
            self.operation(left, operation, value);
            left = Left::Slot(value);
        }
        self.operation(left, last, value);
        Left::Slot(value)
    }

    fn operation(&mut self, left: Left<'_>, operation: &Operation, dst: Slot) {
        let mark = self.mark();
        if is_comparison(operation.operator) {
            self.compared(left, operation, dst);
        } else {
            self.arithmetic(left, operation, dst);
        }
        self.release(mark);
    }

    pub(super) fn left(&mut self, left: Left<'_>) -> Operand {
        match left {
            Left::Slot(slot) => Operand::Slot(slot),
            Left::Number(number) => Operand::Number(number),
            Left::Expression(expression) => match number_of(expression) {
                Some(number) => Operand::Number(number),
                None => Operand::Slot(self.slot_of(expression)),
            },
        }
    }

    pub(super) fn right(&mut self, right: &Expression) -> Operand {
        self.left(Left::Expression(right))
    }

    /// Returns the operand in a slot.
    pub(super) fn in_slot(&mut self, operand: Operand) -> Slot {
        match operand {
            Operand::Slot(slot) => slot,
            Operand::Number(number) => {
                let slot = self.take();
                self.into(&Expression::Number(number), slot);
                slot
            }
        }
    }

    fn arithmetic(&mut self, left: Left<'_>, operation: &Operation, dst: Slot) {
        let (a, b) = (self.left(left), self.right(&operation.operand));
        let a_name = match left {
            Left::Expression(expression) => self.name_of(expression),
            Left::Number(_) | Left::Slot(_) => None,
        };
        let b_name = self.name_of(&operation.operand);
        // Only the common combinations have ops with constants.
        let (a, b) = match (operation.operator, a, b) {
            (BinaryOperator::Power, a, b) => (Operand::Slot(self.in_slot(a)), Operand::Slot(self.in_slot(b))),
            (_, Operand::Number(_), Operand::Number(_)) => (Operand::Slot(self.in_slot(a)), b),
            (BinaryOperator::Subtract | BinaryOperator::Divide, Operand::Number(_), _) => (a, b),
            (_, Operand::Number(_), _) => (Operand::Slot(self.in_slot(a)), b),
            _ => (a, b),
        };
        self.at(operation.line);
        self.named(0, a_name);
        self.named(1, b_name);
        let asm = &mut self.asm;
        match (operation.operator, a, b) {
            (BinaryOperator::Add, Operand::Slot(a), Operand::Slot(b)) => asm.add(dst, a, b),
            (BinaryOperator::Add, Operand::Slot(a), Operand::Number(b)) => asm.add_number(dst, a, b),
            (BinaryOperator::Subtract, Operand::Slot(a), Operand::Slot(b)) => asm.subtract(dst, a, b),
            (BinaryOperator::Subtract, Operand::Slot(a), Operand::Number(b)) => asm.subtract_number(dst, a, b),
            (BinaryOperator::Subtract, Operand::Number(a), Operand::Slot(b)) => asm.number_subtract(dst, a, b),
            (BinaryOperator::Multiply, Operand::Slot(a), Operand::Slot(b)) => asm.multiply(dst, a, b),
            (BinaryOperator::Multiply, Operand::Slot(a), Operand::Number(b)) => asm.multiply_number(dst, a, b),
            (BinaryOperator::Divide, Operand::Slot(a), Operand::Slot(b)) => asm.divide(dst, a, b),
            (BinaryOperator::Divide, Operand::Slot(a), Operand::Number(b)) => asm.divide_number(dst, a, b),
            (BinaryOperator::Divide, Operand::Number(a), Operand::Slot(b)) => asm.number_divide(dst, a, b),
            (BinaryOperator::Modulo, Operand::Slot(a), Operand::Slot(b)) => asm.modulo(dst, a, b),
            (BinaryOperator::Modulo, Operand::Slot(a), Operand::Number(b)) => asm.modulo_number(dst, a, b),
            (BinaryOperator::Power, Operand::Slot(a), Operand::Slot(b)) => asm.power(dst, a, b),
            _ => unreachable!("no such arithmetic"),
        }
    }

    /// Evaluates a comparison to true or false.
    fn compared(&mut self, left: Left<'_>, operation: &Operation, dst: Slot) {
        let no = self.asm.label();
        self.compare(left, operation, no, false);
        self.true_unless(no, dst);
    }
}

pub(super) fn is_comparison(operator: BinaryOperator) -> bool {
    match operator {
        BinaryOperator::Add
        | BinaryOperator::Subtract
        | BinaryOperator::Multiply
        | BinaryOperator::Divide
        | BinaryOperator::Modulo
        | BinaryOperator::Power => false,
        BinaryOperator::Equal
        | BinaryOperator::NotEqual
        | BinaryOperator::Less
        | BinaryOperator::LessOrEqual
        | BinaryOperator::Greater
        | BinaryOperator::GreaterOrEqual => true,
    }
}
