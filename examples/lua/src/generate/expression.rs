//! Expressions → ops that leave the values in the given slots.

use lua_syntax::parse::{Expression, LogicOperator, UnaryOperator, Variable};
use mimeo::asm::{Place, Target};
use mimeo::def::Slot;

use super::access::Destination;
use super::function::{FUNCTION, Generator};
use crate::ops::ops::Value;

impl Generator<'_> {
    /// Returns a slot with the value: that of a local, or a new one.
    pub(super) fn slot_of(&mut self, expression: &Expression) -> Slot {
        match expression {
            Expression::Variable { variable: Variable::Local(local), .. } => self.slot(*local),
            _ => {
                let slot = self.take();
                self.into(expression, slot);
                slot
            }
        }
    }

    /// Returns the value as an operand that may be a constant.
    pub(super) fn place_of(&mut self, expression: &Expression) -> Place<Value> {
        match self.constant_of(expression) {
            Some(constant) => Place::Constant(constant),
            None => Place::Slot(self.slot_of(expression)),
        }
    }

    /// Evaluates an expression into a slot. The slot of a local is not written before the expression is complete.
    pub(super) fn into(&mut self, expression: &Expression, dst: Slot) {
        if let Some(constant) = self.constant_of(expression) {
            return self.asm.copy(dst, Place::Constant(constant));
        }
        let is_temporary = dst.0 >= self.temporaries;
        let mark = self.mark();
        match expression {
            // Without a slot, the code will not be used.
            Expression::Logic { .. } | Expression::Table { .. } if !is_temporary && self.overflow.is_none() => {
                let value = self.take();
                self.into(expression, value);
                self.asm.copy(dst, value);
            }
            Expression::Vararg => self.asm.variadic(self.rest, dst, 1),
            Expression::Function(function) => self.closure(dst, *function),
            Expression::Table { line, items } => {
                self.at(*line);
                self.table(dst, items);
            }
            Expression::Variable { variable, line } => match *variable {
                Variable::Local(local) => {
                    let slot = self.slot(local);
                    if slot != dst {
                        self.asm.copy(dst, slot);
                    }
                }
                Variable::Upvalue(upvalue) => self.asm.get_upvalue(dst, FUNCTION, upvalue.0),
                Variable::Global(name) => {
                    self.at(*line);
                    self.get_global(dst, name);
                }
            },
            Expression::First(inner) => self.into(inner, dst),
            Expression::Access { base, suffixes } => self.access(base, suffixes, Destination::One(dst)),
            Expression::Unary { operator: UnaryOperator::Not, operand, .. } => match **operand {
                // These are decided by jumps anyway.
                Expression::Unary { operator: UnaryOperator::Not, .. }
                | Expression::Binary { .. }
                | Expression::Logic { .. } => self.truth(expression, dst),
                _ => {
                    let slot = self.slot_of(operand);
                    self.asm.not(dst, slot);
                }
            },
            Expression::Unary { operator, line, operand } => {
                let slot = self.slot_of(operand);
                let name = self.name_of(operand);
                self.at(*line);
                self.named(0, name);
                match operator {
                    UnaryOperator::Negate => self.asm.negate(dst, slot),
                    UnaryOperator::Length => self.asm.length(dst, slot),
                    UnaryOperator::Not => unreachable!("matched above"),
                }
            }
            Expression::Binary { first, rest } => self.operations(first, rest, dst),
            Expression::Logic { operator, operands } => self.logic(*operator, operands, dst),
            Expression::Concat { operands, line } => {
                let first = self.mark();
                for operand in *operands {
                    let slot = self.take();
                    self.into(operand, slot);
                }
                for (index, operand) in (0..=u8::MAX).zip(*operands) {
                    let name = self.name_of(operand);
                    self.named(index, name);
                }
                self.at(*line);
                self.asm.concat(dst, Slot(first), operands.len() as u16);
            }
            Expression::Number(number) => self.asm.load_number(dst, *number),
            Expression::String(text) => self.load_text(dst, *text),
            Expression::Nil | Expression::True | Expression::False => unreachable!("they are constants"),
        }
        self.release(mark);
    }

    /// Evaluates a condition to true or false.
    pub(super) fn truth(&mut self, expression: &Expression, dst: Slot) {
        let no = self.asm.label();
        self.jump(expression, no, false);
        self.true_unless(no, dst);
    }

    /// Sets `dst` to true if control arrives here, and to false if it jumps to `no`.
    pub(super) fn true_unless(&mut self, no: Target, dst: Slot) {
        let end = self.asm.label();
        self.asm.copy(dst, Place::Constant(Value::TRUE));
        self.asm.jump(end);
        self.asm.bind(no);
        self.asm.copy(dst, Place::Constant(Value::FALSE));
        self.asm.bind(end);
    }

    /// Evaluates operands until one decides, whose value is the result.
    fn logic(&mut self, operator: LogicOperator, operands: &[Expression], dst: Slot) {
        let end = self.asm.label();
        let Some((last, others)) = operands.split_last() else { return };
        for operand in others {
            self.into(operand, dst);
            match operator {
                LogicOperator::And => self.asm.jump_unless(dst, end),
                LogicOperator::Or => self.asm.jump_if(dst, end),
            }
        }
        self.into(last, dst);
        self.asm.bind(end);
    }

    /// Evaluates expressions into consecutive slots, which stay taken. Returns `true` if the last one gives an unknown
    /// number of values; it takes no slot then.
    pub(super) fn open_list(&mut self, expressions: &[Expression]) -> bool {
        let Some((last, others)) = expressions.split_last() else { return false };
        for expression in others {
            let slot = self.take();
            self.into(expression, slot);
        }
        if last.is_multiple() {
            self.values(last, Destination::Open);
            return true;
        }
        let slot = self.take();
        self.into(last, slot);
        false
    }

    /// Evaluates expressions into `wanted` consecutive slots, which stay taken. Returns the first.
    pub(super) fn list(&mut self, expressions: &[Expression], wanted: u16) -> Slot {
        let first = Slot(self.mark());
        let given = expressions.len() as u16;
        for (index, expression) in (0..given).zip(expressions) {
            let is_last = index + 1 == given;
            if is_last && index < wanted && expression.is_multiple() {
                let count = wanted - index;
                self.values(expression, Destination::Some(count));
                self.take_many(count);
                return first;
            }
            let slot = self.take();
            self.into(expression, slot);
            if index >= wanted {
                // Surplus expressions are evaluated only for their effects.
                self.release(slot.0);
            }
        }
        for _ in given..wanted {
            let slot = self.take();
            self.asm.copy(slot, Place::Constant(Value::NIL));
        }
        first
    }

    /// Evaluates an expression to several values, from the first free slot on.
    pub(super) fn values(&mut self, expression: &Expression, destination: Destination) {
        match (expression, destination) {
            (Expression::Access { base, suffixes }, destination) => self.access(base, suffixes, destination),
            (_, Destination::Some(count)) => {
                let mark = self.mark();
                let to = self.take_many(count);
                self.asm.variadic(self.rest, to, count);
                self.release(mark);
            }
            _ => {
                let to = self.take();
                self.asm.variadic_open(self.rest, to, 0);
                self.release(to.0);
            }
        }
    }
}
