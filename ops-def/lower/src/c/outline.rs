//! The rest of a slow path through an op → a separate C function, so that the other paths need no stack frame.
//!
//! A path is slow from the point after which it calls the runtime in any case. The separate function reads the operands
//! that it needs again, unless they may have changed on the path; other variables are passed.

use std::collections::BTreeSet;

use crate::ir::{Expr, Kind, Local, LocalId, Stmt};
use crate::machine::Machine;
use crate::ty::Ty;

use super::path::Slots;
use super::{names, types};

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
    fn again(&self, local: usize, slots: Slots) -> Option<&str> {
        let line = self.declarations.get(local)?.as_deref()?;
        let may_differ = self.assigned.contains(&local) || slots == Slots::Changed && self.in_slot[local];
        (!may_differ).then_some(line)
    }
}

/// Returns `true` if evaluating the expression calls a runtime function on every path.
pub(super) fn is_slow(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Runtime(..) => true,
        Kind::If(first, ..) | Kind::And(first, _) | Kind::Or(first, _) | Kind::While(first, _) => is_slow(first),
        Kind::Block(statements, last) => {
            statements.iter().any(is_slow_statement) || last.as_ref().is_some_and(|last| is_slow(last))
        }
        _ => {
            let mut found = false;
            expr.children(&mut |child| found |= is_slow(child));
            found
        }
    }
}

pub(super) fn is_slow_statement(statement: &Stmt) -> bool {
    match statement {
        Stmt::Let(_, Some(expr)) | Stmt::Expr(expr) => is_slow(expr),
        Stmt::Let(_, None) => false,
    }
}

/// The end of a path: statements, and the expression after them.
#[derive(Clone, Copy)]
pub(super) struct Rest<'a> {
    pub(super) statements: &'a [Stmt],
    pub(super) last: Option<&'a Expr>,
}

/// How the variables reach a separate function.
pub(super) struct Passing {
    /// The lines that declare them there.
    pub(super) lines: Vec<String>,
    /// The parameters of the function, each after a comma.
    pub(super) parameters: String,
    /// The arguments of its call, each after a comma.
    pub(super) arguments: String,
}

impl Passing {
    /// Plans how the variables of the rest of a path reach a separate function. Returns `None` if there are too many.
    pub(super) fn plan(
        rest: Rest<'_>,
        locals: &[Local],
        operands: &Operands,
        slots: Slots,
        machine: Machine<'_>,
    ) -> Option<Passing> {
        let mut passing = Passing { lines: Vec::new(), parameters: String::new(), arguments: String::new() };
        let mut passed = 0;
        for local in rest.free() {
            let ty = &locals[local].ty;
            if matches!(ty, Ty::Vm | Ty::Label | Ty::Labels) {
                continue;
            }
            if let Some(line) = operands.again(local, slots) {
                passing.lines.push(line.to_owned());
                continue;
            }
            if !machine.is_word(ty) || *ty == Ty::Window || passed == ARGUMENTS {
                return None;
            }
            let name = names::local(locals, LocalId(local));
            passing.arguments += &format!(", {}", types::to_word(&name, ty, machine.structs));
            passing.parameters += &format!(", uint64_t a{passed}");
            let value = types::from_word(&format!("a{passed}"), ty, machine.structs);
            passing.lines.push(format!("{} {name} = {value};", types::name(ty)));
            passed += 1;
        }
        Some(passing)
    }
}

impl Rest<'_> {
    /// Returns the variables that are declared before it, and used in it.
    fn free(self) -> Vec<usize> {
        let (mut used, mut bound) = (BTreeSet::new(), BTreeSet::new());
        let mut note = |expr: &Expr| {
            expr.walk(&mut |part| match &part.kind {
                Kind::Local(local) | Kind::IsGood(local) | Kind::Payload(local) => {
                    used.insert(local.0);
                }
                Kind::Call(_, local)
                | Kind::RetWindow(local)
                | Kind::WindowLen(local)
                | Kind::WindowSlot(local, _)
                | Kind::Fill(local, _) => {
                    used.insert(local.0);
                }
                Kind::Block(statements, _) => bound.extend(statements.iter().filter_map(declared)),
                _ => {}
            });
        };
        for statement in self.statements {
            if let Stmt::Let(_, Some(expr)) | Stmt::Expr(expr) = statement {
                note(expr);
            }
        }
        self.last.into_iter().for_each(&mut note);
        bound.extend(self.statements.iter().filter_map(declared));
        used.difference(&bound).copied().collect()
    }
}

fn declared(statement: &Stmt) -> Option<usize> {
    match statement {
        Stmt::Let(local, _) => Some(local.0),
        Stmt::Expr(_) => None,
    }
}
