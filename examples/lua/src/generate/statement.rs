//! Statements → ops.

use lua_syntax::parse::{Arm, Block, Expression, LocalId, Statement, StatementKind};
use mimeo::asm::Place;
use mimeo::def::Slot;

use super::access::Destination;
use super::function::Generator;
use crate::ops::ops::Value;

impl Generator<'_> {
    pub(super) fn statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            self.at(statement.line);
            self.can_stop();
            self.statement(statement);
        }
    }

    /// Generates a block with its own scope.
    pub(super) fn block(&mut self, block: &Block) {
        let scope = self.enter();
        self.statements(block.statements);
        if block.closes.is_some() {
            self.close_to(scope.0);
        }
        self.leave(scope);
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Local { locals, values } => self.local(locals, values),
            StatementKind::LocalFunction { local, function } => {
                let slot = self.take();
                self.declare(*local, slot);
                self.closure(slot, *function);
                self.is_assigned(*local);
            }
            StatementKind::Assign { targets, values, end_line } => self.assign(targets, values, *end_line),
            StatementKind::Call(call) => {
                if let Expression::Access { base, suffixes } = call {
                    self.access(base, suffixes, Destination::Some(0));
                }
            }
            StatementKind::Do(block) => self.block(block),
            StatementKind::While { condition, body } => self.while_loop(condition, body),
            StatementKind::Repeat { body, condition } => self.repeat_loop(body, condition),
            StatementKind::If { arms, otherwise } => self.branch(arms, otherwise.as_ref()),
            StatementKind::NumericFor { local, bounds, body } => self.numeric_for(*local, bounds, body),
            StatementKind::GenericFor { locals, values, body, line } => {
                self.generic_for(locals, values, body, *line);
            }
            StatementKind::Return(values) => self.return_values(values),
            StatementKind::Break => {
                if let Some(innermost) = self.loops.last() {
                    let (end, outside) = (innermost.end, innermost.outside);
                    self.close_to(outside);
                    self.asm.jump(end);
                }
            }
            StatementKind::Goto(jump) => {
                let label = self.function.jumps[jump.index()];
                self.close_to(self.function.labels[label.index()].in_scope);
                let label = self.label(label);
                self.asm.jump(label);
            }
            StatementKind::Label(label) => {
                let label = self.label(*label);
                self.asm.bind(label);
            }
        }
    }

    fn local(&mut self, locals: &[LocalId], values: &[Expression]) {
        let first = self.list(values, locals.len() as u16);
        for (index, &local) in (0..).zip(locals) {
            self.declare(local, Slot(first.0 + index));
        }
    }

    fn branch(&mut self, arms: &[Arm], otherwise: Option<&Block>) {
        let end = self.asm.label();
        for (index, arm) in arms.iter().enumerate() {
            let next = self.asm.label();
            self.jump(&arm.condition, next, false);
            self.block(&arm.body);
            if index + 1 < arms.len() || otherwise.is_some() {
                self.asm.jump(end);
            }
            self.asm.bind(next);
        }
        if let Some(block) = otherwise {
            self.block(block);
        }
        self.asm.bind(end);
    }

    fn return_values(&mut self, values: &[Expression]) {
        let mark = self.mark();
        match values {
            [] => {
                self.close_all();
                self.asm.ret_none();
            }
            [Expression::Access { base, suffixes }] if suffixes.last().is_some_and(|last| last.is_call()) => {
                self.access(base, suffixes, Destination::Returned);
            }
            [value] if !value.is_multiple() => {
                let value: Place<Value> = self.place_of(value);
                self.close_all();
                self.asm.ret(value);
            }
            _ => {
                let first = Slot(mark);
                let is_open = self.open_list(values);
                let len = self.taken_since(mark);
                self.close_all();
                match is_open {
                    true => {
                        // The slot must exist even if no value precedes the open ones.
                        self.take();
                        self.asm.ret_open(first, first, len);
                    }
                    false => self.asm.ret_many(first, first, len),
                }
            }
        }
        self.release(mark);
    }
}
