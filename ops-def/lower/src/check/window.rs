//! Methods of `vm` that take a window → typed IR, in which every access to a slot follows a comparison of its index.

use syn::spanned::Spanned;

use super::checker::Checker;
use crate::catalogue::Problem;
use crate::ir::{Binary, Expr, Kind, LocalId, Stmt};
use crate::ty::Ty;

impl Checker<'_> {
    /// Checks an argument that is the op's window.
    pub(super) fn window(&mut self, arg: &syn::Expr) -> Option<LocalId> {
        if let Some(window) = self.operand(arg, &Ty::Window) {
            return Some(window);
        }
        let found = self.expr(arg, None)?.ty.to_string();
        self.fail(arg, Problem::Mismatch { expected: Ty::Window.to_string(), found })
    }

    /// Checks `vm.fill(window, value)`.
    pub(super) fn fill(&mut self, call: &syn::ExprMethodCall) -> Option<Expr> {
        let window = self.window(&call.args[0]);
        let value = self.expect(&call.args[1], &self.module.value.clone());
        Some(Expr::new(Kind::Fill(window?, value?.boxed()), Ty::Unit, call.span()))
    }

    /// Checks `vm.slot_of(window, index)` and `vm.set_slot_of(window, index, value)`.
    pub(super) fn slot_of(&mut self, call: &syn::ExprMethodCall) -> Option<Expr> {
        let span = call.span();
        let of_value = self.module.value.clone();
        let window = self.window(&call.args[0]);
        let index = self.expect(&call.args[1], &Ty::U64);
        let value = match call.args.get(2) {
            Some(value) => Some(self.expect(value, &of_value)?),
            None => None,
        };
        let (window, index) = (window?, index?);
        let mut statements = Vec::new();
        let mut kept = |checker: &mut Self, name, value: Expr| {
            let local = checker.temporary(name, value.ty.clone());
            statements.push(Stmt::Let(local, Some(value)));
            checker.local(local, span)
        };
        let index = kept(self, "index", index);
        let value = value.map(|value| kept(self, "value", value));
        let len = Expr::new(Kind::WindowLen(window), Ty::U64, span);
        let is_inside = Expr::new(Kind::Binary(Binary::Lt, index.clone().boxed(), len.boxed()), Ty::BOOL, span);
        let slot = Expr::new(Kind::WindowSlot(window, index.boxed()), of_value.clone(), span);
        let (then, other, ty) = match value {
            None => (Kind::Some(slot.boxed()), Kind::None, Ty::Option(Box::new(of_value))),
            Some(value) => {
                let set = Expr::new(Kind::Assign(slot.boxed(), value.boxed()), Ty::Unit, span);
                let done = Expr::new(Kind::Bool(true), Ty::BOOL, span);
                (Kind::Block(vec![Stmt::Expr(set)], Some(done.boxed())), Kind::Bool(false), Ty::BOOL)
            }
        };
        let [then, other] = [then, other].map(|kind| Expr::new(kind, ty.clone(), span).boxed());
        let result = Expr::new(Kind::If(is_inside.boxed(), then, other), ty.clone(), span);
        Some(Expr::new(Kind::Block(statements, Some(result.boxed())), ty, span))
    }
}
