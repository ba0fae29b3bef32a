//! Calls of helpers at the end of an op → the helper's body in their place, so that a slow path inside a helper
//! is outlined like one in the op itself.

use crate::effects::{Effects, Helpers};
use crate::ir::{Body, Expr, Kind, Local, LocalId, Stmt};

/// Inlines the helpers at the ends of the body that reach the runtime.
pub(super) fn tail_helpers(body: &Body, helpers: &Helpers, effects: &Effects) -> Body {
    let mut locals = body.locals.clone();
    let root = at_end(&body.root, &mut locals, helpers, effects);
    Body { locals, params: body.params, root }
}

fn at_end(expr: &Expr, locals: &mut Vec<Local>, helpers: &Helpers, effects: &Effects) -> Expr {
    let kind = match &expr.kind {
        Kind::If(condition, then, other) => {
            let then = at_end(then, locals, helpers, effects);
            let other = at_end(other, locals, helpers, effects);
            Kind::If(condition.clone(), then.boxed(), other.boxed())
        }
        Kind::Block(statements, Some(tail)) => {
            let tail = at_end(tail, locals, helpers, effects);
            Kind::Block(statements.clone(), Some(tail.boxed()))
        }
        Kind::Return(value) => Kind::Return(at_end(value, locals, helpers, effects).boxed()),
        Kind::Helper(name, args) if effects.runtime(name) => {
            let helper = &helpers[name];
            let first = locals.len();
            locals.extend(helper.locals.iter().cloned());
            let moved = renumber(&helper.root, first);
            let moved = at_end(&moved, locals, helpers, effects);
            let parameters = args.iter().enumerate().filter(|(_, arg)| arg.ty != crate::ty::Ty::Vm);
            let statements = parameters.map(|(i, arg)| Stmt::Let(LocalId(first + i), Some(arg.clone()))).collect();
            Kind::Block(statements, Some(moved.boxed()))
        }
        other => other.clone(),
    };
    Expr::new(kind, expr.ty.clone(), expr.span)
}

/// Returns the expression with `first` added to the index of every variable.
fn renumber(expr: &Expr, first: usize) -> Expr {
    let go = |e: &Expr| renumber(e, first).boxed();
    let all = |list: &[Expr]| list.iter().map(|e| renumber(e, first)).collect();
    let to = |local: LocalId| LocalId(local.0 + first);
    let kind = match &expr.kind {
        Kind::Local(local) => Kind::Local(to(*local)),
        Kind::IsGood(local) => Kind::IsGood(to(*local)),
        Kind::Payload(local) => Kind::Payload(to(*local)),
        Kind::Jump(local) => Kind::Jump(to(*local)),
        Kind::Switch(local, index) => Kind::Switch(to(*local), go(index)),
        Kind::RetWindow(local) => Kind::RetWindow(to(*local)),
        Kind::WindowLen(local) => Kind::WindowLen(to(*local)),
        Kind::WindowSlot(local, index) => Kind::WindowSlot(to(*local), go(index)),
        Kind::Fill(local, value) => Kind::Fill(to(*local), go(value)),
        Kind::Field(a, index) => Kind::Field(go(a), *index),
        Kind::Deref(a) => Kind::Deref(go(a)),
        Kind::DerefUnaligned(a) => Kind::DerefUnaligned(go(a)),
        Kind::Not(a) => Kind::Not(go(a)),
        Kind::Expect(a, expected) => Kind::Expect(go(a), *expected),
        Kind::Negate(a) => Kind::Negate(go(a)),
        Kind::Cast(a) => Kind::Cast(go(a)),
        Kind::Return(a) => Kind::Return(go(a)),
        Kind::Try(a) => Kind::Try(go(a)),
        Kind::Some(a) => Kind::Some(go(a)),
        Kind::Ok(a) => Kind::Ok(go(a)),
        Kind::Err(a) => Kind::Err(go(a)),
        Kind::Ret(a) => Kind::Ret(go(a)),
        Kind::Call(a, window) => Kind::Call(go(a), to(*window)),
        Kind::TailCall(a) => Kind::TailCall(go(a)),
        Kind::Binary(op, a, b) => Kind::Binary(*op, go(a), go(b)),
        Kind::And(a, b) => Kind::And(go(a), go(b)),
        Kind::Or(a, b) => Kind::Or(go(a), go(b)),
        Kind::While(a, b) => Kind::While(go(a), go(b)),
        Kind::Assign(a, b) => Kind::Assign(go(a), go(b)),
        Kind::If(a, b, c) => Kind::If(go(a), go(b), go(c)),
        Kind::Intrinsic(intrinsic, list) => Kind::Intrinsic(*intrinsic, all(list)),
        Kind::Helper(name, list) => Kind::Helper(name.clone(), all(list)),
        Kind::Runtime(name, list) => Kind::Runtime(name.clone(), all(list)),
        Kind::Struct(name, list) => Kind::Struct(name.clone(), all(list)),
        Kind::Tuple(list) => Kind::Tuple(all(list)),
        Kind::Block(statements, tail) => {
            let statements = statements.iter().map(|statement| match statement {
                Stmt::Let(local, value) => Stmt::Let(to(*local), value.as_ref().map(|e| renumber(e, first))),
                Stmt::Expr(e) => Stmt::Expr(renumber(e, first)),
            });
            Kind::Block(statements.collect(), tail.as_ref().map(|tail| go(tail)))
        }
        same @ (Kind::Int(_)
        | Kind::Float(_)
        | Kind::Bool(_)
        | Kind::Unit
        | Kind::Const(_)
        | Kind::Context
        | Kind::FunctionWord
        | Kind::Break
        | Kind::None
        | Kind::Next
        | Kind::Deopt) => same.clone(),
    };
    Expr::new(kind, expr.ty.clone(), expr.span)
}
