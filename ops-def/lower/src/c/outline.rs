//! The rest of a slow path through an op → a separate C function, so that the other paths need no stack frame.
//!
//! A path is slow from the point after which it calls the runtime in any case. The separate function reads the operands
//! that it needs again, unless they may have changed on the path; other variables are passed.

use std::collections::BTreeSet;

use crate::ir::{Expr, Kind, Stmt};
use crate::ty::Ty;

use super::body::{Emitter, Place};
use super::tail::OpEnd;
use super::types;

/// Maximum number of extra arguments of an outlined function. With more, a tail call would need the stack.
const ARGUMENTS: usize = 3;

/// How the C reads the operands of an op, by parameter.
#[derive(Clone, Debug, Default)]
pub(super) struct Operands {
    /// The line that declares the variable.
    pub(super) declarations: Vec<Option<String>>,
    /// Whether it is read from a slot, which a runtime function or a write through a pointer can change.
    pub(super) in_slot: Vec<bool>,
    /// Parameters that the body assigns to.
    pub(super) assigned: BTreeSet<usize>,
    /// The `Callee` parameter, if the op has only one and at most one window: the verifier has compared the two.
    pub(super) lone_callee: Option<usize>,
}

impl Operands {
    /// Returns the parameters that a body assigns to.
    pub(super) fn assigned(root: &Expr) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        root.walk(&mut |expr| {
            if let Kind::Assign(place, _) = &expr.kind {
                let mut place = &**place;
                while let Kind::Field(base, _) = &place.kind {
                    place = base;
                }
                if let Kind::Local(local) = place.kind {
                    found.insert(local.0);
                }
            }
        });
        found
    }

    /// Returns `true` if a variable is the function whose calls the verifier has checked.
    pub(super) fn is_verified(&self, local: usize) -> bool {
        self.lone_callee == Some(local) && !self.assigned.contains(&local)
    }

    /// Returns the line that declares the variable again, if it has the same value there.
    fn again(&self, local: usize, disturbed: bool) -> Option<&str> {
        let may_differ = self.assigned.contains(&local) || disturbed && *self.in_slot.get(local)?;
        self.declarations.get(local)?.as_deref().filter(|_| !may_differ)
    }
}

impl Emitter<'_> {
    /// Returns `true` if evaluating the expression calls a runtime function on every path.
    pub(super) fn is_slow(&self, expr: &Expr) -> bool {
        match &expr.kind {
            Kind::Runtime(..) => true,
            Kind::If(first, ..) | Kind::And(first, _) | Kind::Or(first, _) | Kind::While(first, _) => {
                self.is_slow(first)
            }
            Kind::Block(statements, last) => {
                statements.iter().any(|statement| self.is_slow_statement(statement))
                    || last.as_ref().is_some_and(|last| self.is_slow(last))
            }
            _ => {
                let mut found = false;
                expr.children(&mut |child| found |= self.is_slow(child));
                found
            }
        }
    }

    pub(super) fn is_slow_statement(&self, statement: &Stmt) -> bool {
        match statement {
            Stmt::Let(_, Some(expr)) | Stmt::Expr(expr) => self.is_slow(expr),
            Stmt::Let(_, None) => false,
        }
    }

    /// Emits these statements, which end the op, as a separate function. Does nothing if it would need too many
    /// variables.
    pub(super) fn outline(&mut self, statements: &[Stmt], last: Option<&Expr>) -> bool {
        let Some(end) = &self.end else { return false };
        let (mut used, mut bound) = (BTreeSet::new(), BTreeSet::new());
        let mut note = |expr: &Expr| {
            expr.walk(&mut |part| match &part.kind {
                Kind::Local(local) | Kind::IsGood(local) | Kind::Payload(local) => {
                    used.insert(local.0);
                }
                Kind::Call(_, local) | Kind::WindowLen(local) => {
                    used.insert(local.0);
                }
                Kind::Block(statements, _) => bound.extend(statements.iter().filter_map(declared)),
                _ => {}
            });
        };
        for statement in statements {
            if let Stmt::Let(_, Some(expr)) | Stmt::Expr(expr) = statement {
                note(expr);
            }
        }
        last.into_iter().for_each(&mut note);
        bound.extend(statements.iter().filter_map(declared));
        let (mut lines, mut parameters, mut arguments) = (Vec::new(), String::new(), String::new());
        let mut passed = 0;
        for &local in used.difference(&bound) {
            let ty = &self.locals[local].ty;
            if matches!(ty, Ty::Vm | Ty::Label) {
                continue;
            }
            if let Some(line) = end.operands.again(local, self.disturbed) {
                lines.push(line.to_owned());
                continue;
            }
            if !self.module.machine().is_word(ty) || *ty == Ty::Window || passed == ARGUMENTS {
                return false;
            }
            let name = self.local_name(crate::ir::LocalId(local));
            arguments += &format!(", {}", types::to_word(&name, ty, self.module));
            parameters += &format!(", uint64_t a{passed}");
            let value = types::from_word(&format!("a{passed}"), ty, self.module);
            lines.push(format!("{} {name} = {value};", types::name(ty)));
            passed += 1;
        }
        let mut inner = Emitter::new(self.module, self.effects, self.locals.clone(), Place::Outlined, Ty::Unit);
        inner.end = Some(OpEnd::new(&end.op, end.result, false, end.operands.clone()));
        lines.iter().for_each(|line| inner.line(line));
        inner.statements(statements);
        match last {
            Some(last) => inner.tail(last),
            None => inner.finish_unit(),
        }
        let Some(end) = &mut self.end else { return false };
        let symbol = format!("op_{}__cold{}", end.op, end.outlined.len());
        let head = format!("OUTLINED {symbol}(Vm *vm, Slot *base, Frame *frame{parameters})");
        end.outlined.push(format!("{head} {{\n{}}}\n", inner.out));
        self.line(format!("return {symbol}(vm, base, frame{arguments});"));
        true
    }
}

fn declared(statement: &Stmt) -> Option<usize> {
    match statement {
        Stmt::Let(local, _) => Some(local.0),
        Stmt::Expr(_) => None,
    }
}
