//! Expressions at the end of an op, a helper or a condition → ends of blocks.

use mimeo_ir::{BlockId, Edge, End, ValueId};

use super::assigned::assigned;
use super::leaves::{Leaves, payload_ty};
use super::lowerer::Lowerer;
use super::target::Target;
use crate::ir::{Expr, Kind, LocalId};
use crate::ty::Ty;

impl Lowerer<'_> {
    /// Lowers the call of a helper, whose result goes to `target`.
    pub(super) fn inline(&mut self, name: &str, args: &[Expr], target: &Target) {
        let body = &self.helpers[name];
        let mut env = vec![None; body.locals.len()];
        for ((arg, local), place) in args.iter().zip(&body.locals).zip(&mut env) {
            *place = Some(self.part(arg, &local.ty));
        }
        let env = std::mem::replace(&mut self.env, env);
        let locals = std::mem::replace(&mut self.locals, &body.locals);
        let loops = std::mem::take(&mut self.loops);
        let outer = std::mem::replace(&mut self.target, target.clone());
        self.end(&body.root, target);
        (self.locals, self.env, self.loops, self.target) = (locals, env, loops, outer);
    }

    /// Evaluates an expression that nothing in its function follows, and ends the block.
    pub(super) fn end(&mut self, expr: &Expr, target: &Target) {
        match (&expr.kind, target) {
            (Kind::If(condition, then, other), _) => {
                for ((block, env), arm) in self.branch(condition).into_iter().zip([then, other]) {
                    self.out.switch(block);
                    self.env = env;
                    self.end(arm, target);
                }
            }
            (Kind::Block(statements, tail), _) => {
                self.statements(statements);
                match tail {
                    Some(tail) => self.end(tail, target),
                    None if expr.ty == Ty::Never => {}
                    None => self.deliver(Leaves::new(), &Ty::Unit, target),
                }
            }
            (Kind::Return(value), _) => {
                let target = self.target.clone();
                self.end(value, &target);
            }
            // The variables are not those of the helper.
            (Kind::Helper(..), Target::Condition(_, _, carried)) if !carried.is_empty() => {
                let leaves = self.expr(expr);
                self.deliver(leaves, &expr.ty, target);
            }
            (Kind::Helper(name, args), _) => self.inline(name, args, target),
            (Kind::And(a, b), Target::Condition(_, other, carried)) => {
                let second = self.carrying(carried);
                self.end(a, &Target::Condition(second, *other, carried.clone()));
                self.arrive(second, carried);
                self.end(b, target);
            }
            (Kind::Or(a, b), Target::Condition(then, _, carried)) => {
                let second = self.carrying(carried);
                self.end(a, &Target::Condition(*then, second, carried.clone()));
                self.arrive(second, carried);
                self.end(b, target);
            }
            (Kind::Expect(a, _), Target::Condition(..)) => self.end(a, target),
            (Kind::Not(a), Target::Condition(then, other, carried)) => {
                self.end(a, &Target::Condition(*other, *then, carried.clone()));
            }
            (Kind::Ok(value), Target::Outcome(good, _)) => {
                let payload = self.part(value, payload_ty(&expr.ty));
                self.out.jump(*good, payload);
            }
            (Kind::Err(thrown), Target::Outcome(_, bad)) => {
                self.expr(thrown);
                self.out.jump(*bad, Vec::new());
            }
            (Kind::Ok(value), Target::Op) => self.end(value, target),
            (Kind::Err(thrown), Target::Op) => {
                self.expr(thrown);
                self.fail(target);
            }
            (Kind::Tuple(parts), Target::Op) if matches!(parts.last(), Some(flow) if flow.ty == Ty::Flow) => {
                let (flow, values) = parts.split_last().expect("there is a last part");
                let results = values.iter().map(|value| self.word(value)).collect();
                self.flow(flow, results);
            }
            (_, Target::Op) if expr.ty == Ty::Flow => self.flow(expr, Vec::new()),
            _ => {
                let leaves = self.expr(expr);
                if expr.ty != Ty::Never {
                    self.deliver(leaves, &expr.ty, target);
                }
            }
        }
    }

    /// Ends the block with a condition. Returns the blocks for `true` and for `false`, each with the variables there.
    pub(super) fn branch(&mut self, condition: &Expr) -> [(BlockId, Vec<Option<Leaves>>); 2] {
        let carried = assigned(&[condition]);
        let blocks = [self.carrying(&carried), self.carrying(&carried)];
        self.end(condition, &Target::Condition(blocks[0], blocks[1], carried.clone()));
        blocks.map(|block| {
            self.arrive(block, &carried);
            (block, self.env.clone())
        })
    }

    /// Creates a block whose parameters are the numbers of variables.
    fn carrying(&mut self, locals: &[LocalId]) -> BlockId {
        let types = locals.iter().flat_map(|local| self.leaf_types(&self.locals[local.0].ty));
        let types: Vec<_> = types.collect();
        self.out.block(&types)
    }

    /// Returns the numbers of variables. Those of a variable without a value are not used.
    fn carried(&mut self, locals: &[LocalId]) -> Leaves {
        locals.iter().flat_map(|&local| self.local(local)).collect()
    }

    /// Continues in a block whose parameters are the numbers of variables.
    fn arrive(&mut self, block: BlockId, locals: &[LocalId]) {
        let mut params = self.out.switch(block).into_iter();
        for local in locals {
            let len = self.leaf_types(&self.locals[local.0].ty).len();
            self.env[local.0] = Some(params.by_ref().take(len).collect());
        }
    }

    /// Evaluates a value of the instruction set's type, and returns it as a word.
    pub(super) fn word(&mut self, value: &Expr) -> ValueId {
        let leaf = self.part(value, &self.module.value.clone())[0];
        self.word_of_leaf(leaf, &self.module.value.clone())
    }

    /// Ends the op with these numbers as its results.
    fn next(&mut self, leaves: Leaves) {
        let value = self.module.value.clone();
        let results = leaves.into_iter().map(|leaf| self.word_of_leaf(leaf, &value)).collect();
        self.out.end(End::Next { results });
    }

    /// Ends the op with results and a flow.
    fn flow(&mut self, flow: &Expr, results: Vec<ValueId>) {
        let end = match &flow.kind {
            Kind::Next => End::Next { results },
            Kind::Jump(label) => End::To { results, label: self.labels[label] },
            Kind::Switch(labels, index) => End::Switch { index: self.one(index), labels: self.labels[labels] },
            Kind::Call(callee, window) => {
                let callee = self.one(callee);
                let window = self.local(*window)[0];
                End::Call { callee, window }
            }
            Kind::TailCall(callee) => End::TailCall { callee: self.one(callee) },
            Kind::Ret(value) => End::Return { value: self.word(value) },
            Kind::RetWindow(window) => End::ReturnWindow { window: self.local(*window)[0] },
            Kind::Deopt => End::Deopt,
            _ => unreachable!("the checker lets only flows have their type"),
        };
        self.out.end(end);
    }

    /// Ends the block with a value that was evaluated.
    pub(super) fn deliver(&mut self, leaves: Leaves, ty: &Ty, target: &Target) {
        let edge = |to: BlockId, args: &[ValueId]| Edge { to, args: args.to_vec() };
        match target {
            Target::Value(after) => self.out.jump(*after, leaves),
            Target::Condition(then, other, carried) => {
                let values = self.carried(carried);
                let end =
                    End::Branch { condition: leaves[0], then: edge(*then, &values), other: edge(*other, &values) };
                self.out.end(end);
            }
            Target::Outcome(good, bad) => {
                let end = End::Branch { condition: leaves[0], then: edge(*good, &leaves[1..]), other: edge(*bad, &[]) };
                self.out.end(end);
            }
            Target::Op if matches!(ty, Ty::Result(_)) => {
                let (good, bad) = (self.out.block(&[]), self.out.block(&[]));
                self.out.end(End::Branch { condition: leaves[0], then: edge(good, &[]), other: edge(bad, &[]) });
                self.out.switch(bad);
                self.fail(target);
                self.out.switch(good);
                self.next(leaves[1..].to_vec());
            }
            Target::Op => self.next(leaves),
        }
    }

    /// Ends the block with an error that was thrown.
    pub(super) fn fail(&mut self, target: &Target) {
        match target {
            Target::Op => self.out.end(End::Throw),
            Target::Outcome(_, bad) => self.out.jump(*bad, Vec::new()),
            Target::Value(after) => {
                let zeros = self.out.params(*after).into_iter().map(|ty| self.out.number(ty, 0)).collect();
                self.out.jump(*after, zeros);
            }
            Target::Condition(..) => unreachable!("a condition cannot fail"),
        }
    }
}
