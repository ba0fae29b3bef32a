//! Rules about whole bodies: where a flow is allowed, and what must precede a visible effect.

use proc_macro2::Span;

use crate::catalogue::Problem;
use crate::effects::{Effects, is_visible};
use crate::errors::Errors;
use crate::ir::{Body, Expr, Kind, Stmt};
use crate::module::Module;
use crate::op::{OpDef, ParamKind};
use crate::ty::Ty;

/// Returns `true` if a variable can have this type.
pub(super) fn can_be_variable(ty: &Ty) -> bool {
    match ty {
        Ty::Flow => false,
        Ty::Tuple(of) => of.iter().all(can_be_variable),
        Ty::Result(of) => can_be_variable(of),
        _ => true,
    }
}

pub(super) fn check_helper(body: &Body, errors: &mut Errors) {
    body.root.walk(&mut |expr| {
        if is_flow(expr) {
            errors.at(expr.span, Problem::FlowValue);
        }
    });
}

pub(super) fn check_op(module: &Module, op: &OpDef, body: &Body, errors: &mut Errors) {
    check_flow_places(&body.root, true, errors);
    let (mut calls, mut continues) = (false, false);
    body.root.walk(&mut |expr| match expr.kind {
        Kind::Call(..) | Kind::TailCall(_) => calls = true,
        Kind::Next | Kind::Jump(_) | Kind::Switch(..) | Kind::Deopt => continues = true,
        Kind::RetWindow(_) if module.args.stack => errors.at(expr.span, Problem::StackReturns),
        _ => {}
    });
    if module.args.stack && calls && continues {
        errors.on(&op.function.sig.ident, Problem::StackCall);
    }
    if module.args.stack && calls && op.params.iter().any(|param| param.kind == ParamKind::Value) {
        errors.on(&op.function.sig.ident, Problem::CallPops);
    }
}

/// Checks that everything that can throw or deopt precedes the visible effects. A helper counts as a whole.
pub(crate) fn check_effects(body: &Body, helpers: &Effects, errors: &mut Errors) {
    let mut late = Late { helpers, found: Vec::new() };
    late.expr(&body.root, false);
    for span in late.found {
        errors.at(span, Problem::LateThrow);
    }
}

fn is_flow(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        Kind::Next
            | Kind::Jump(_)
            | Kind::Switch(..)
            | Kind::Call(..)
            | Kind::TailCall(_)
            | Kind::Ret(_)
            | Kind::RetWindow(_)
            | Kind::Deopt
    )
}

/// Checks that a flow is only at the end of a path through the op.
fn check_flow_places(expr: &Expr, at_end: bool, errors: &mut Errors) {
    let inner = |expr: &Expr, errors: &mut Errors| check_flow_places(expr, false, errors);
    match &expr.kind {
        _ if is_flow(expr) => {
            if !at_end {
                errors.at(expr.span, Problem::FlowValue);
            }
            expr.children(&mut |child| check_flow_places(child, false, errors));
        }
        Kind::If(condition, then, other) => {
            inner(condition, errors);
            check_flow_places(then, at_end, errors);
            check_flow_places(other, at_end, errors);
        }
        Kind::Block(statements, tail) => {
            for statement in statements {
                if let Stmt::Let(_, Some(e)) | Stmt::Expr(e) = statement {
                    inner(e, errors);
                }
            }
            if let Some(tail) = tail {
                check_flow_places(tail, at_end, errors);
            }
        }
        // The values are written before control continues at another op, so every decision comes earlier.
        Kind::Tuple(parts) if at_end => {
            if let Some((flow, values)) = parts.split_last() {
                values.iter().for_each(|value| inner(value, errors));
                match flow.kind {
                    Kind::Next | Kind::Jump(_) => {}
                    _ if flow.ty == Ty::Flow => errors.at(flow.span, Problem::FlowBesideValues),
                    _ => inner(flow, errors),
                }
            }
        }
        Kind::Ok(value) => check_flow_places(value, at_end, errors),
        // The returned value is the op's result, wherever the `return` is.
        Kind::Return(value) => check_flow_places(value, true, errors),
        _ => expr.children(&mut |child| inner(child, errors)),
    }
}

/// Finds what can throw or deopt after a visible effect. A call may follow an effect: if its frame does not fit, the
/// call fails, and nothing is done twice.
struct Late<'a> {
    helpers: &'a Effects,
    found: Vec<Span>,
}

impl Late<'_> {
    /// Follows `expr` in the order of evaluation; returns whether there was an effect when it ends.
    fn expr(&mut self, expr: &Expr, before: bool) -> bool {
        match &expr.kind {
            Kind::If(condition, then, other) => {
                let before = self.expr(condition, before);
                let then = self.expr(then, before);
                let other = self.expr(other, before);
                then || other
            }
            Kind::While(condition, body) => {
                // The effects of one iteration precede the next one.
                let once = self.expr(condition, before);
                let once = self.expr(body, once);
                if once && !before {
                    self.expr(condition, once);
                    self.expr(body, once);
                }
                once
            }
            Kind::Assign(place, value) => {
                let after = self.expr(value, before);
                let after = self.expr(place, after);
                after || is_visible(place)
            }
            Kind::Runtime(_, args) => {
                let after = args.iter().fold(before, |before, arg| self.expr(arg, before));
                if after && matches!(expr.ty, Ty::Result(_) | Ty::Thrown) {
                    self.found.push(expr.span);
                }
                true
            }
            Kind::Helper(name, args) => {
                let after = args.iter().fold(before, |before, arg| self.expr(arg, before));
                if after && matches!(expr.ty, Ty::Result(_) | Ty::Thrown) {
                    self.found.push(expr.span);
                }
                after || self.helpers.visible(name)
            }
            Kind::Fill(_, value) => {
                self.expr(value, before);
                true
            }
            // Nothing follows it.
            Kind::Return(value) => {
                self.expr(value, before);
                false
            }
            Kind::Deopt => {
                if before {
                    self.found.push(expr.span);
                }
                before
            }
            _ => {
                let mut after = before;
                expr.children(&mut |child| after = self.expr(child, after));
                after
            }
        }
    }
}
