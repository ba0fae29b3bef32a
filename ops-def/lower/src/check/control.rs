//! `if`, `match`, `while`, `let … else`: all become [`Kind::If`] and [`Kind::While`].

use quote::ToTokens;
use syn::spanned::Spanned;

use super::checker::Checker;
use super::pattern::Matched;
use super::rules;
use crate::catalogue::Problem;
use crate::ir::{Binary, Expr, Intrinsic, Kind, LocalId, Stmt};
use crate::ty::Ty;
use crate::types;

impl Checker<'_> {
    /// Checks an expression of type `bool`.
    pub(super) fn condition(&mut self, expr: &syn::Expr) -> Option<Expr> {
        let checked = self.expr(expr, Some(&Ty::BOOL))?;
        if checked.ty == Ty::BOOL || checked.ty == Ty::Never {
            Some(checked)
        } else {
            self.fail(expr, Problem::ConditionType(checked.ty.to_string()))
        }
    }

    pub(super) fn if_expr(&mut self, branch: &syn::ExprIf, expected: Option<&Ty>) -> Option<Expr> {
        let parts = conjuncts(&branch.cond);
        if parts.len() > 1 && parts.iter().any(|part| matches!(part, syn::Expr::Let(_))) {
            return self.let_chain(branch, &parts, expected);
        }
        let syn::Expr::Let(condition) = &*branch.cond else {
            let condition = self.condition(&branch.cond);
            let then = self.block(&branch.then_branch, expected);
            let hint = expected.cloned().or_else(|| then.as_ref().map(|then| then.ty.clone()));
            let other = self.otherwise(branch, hint.as_ref());
            return self.join(branch, condition?, then?, other?);
        };
        // `if let P = e { a } else { b }` is `{ let m = e; if m is P { bind; a } else { b } }`.
        let scrutinee = self.scrutinee(&condition.expr, None);
        let depth = self.scope.len();
        let matched = self.matched(&condition.pat, scrutinee.as_ref());
        let bound = matched.as_ref().map(|matched| matched.bindings.clone()).unwrap_or_default();
        let then = self.block(&branch.then_branch, expected);
        self.scope.truncate(depth);
        let hint = expected.cloned().or_else(|| then.as_ref().map(|then| then.ty.clone()));
        let other = self.otherwise(branch, hint.as_ref());
        let then = with_bindings(bound, then?);
        let test = matched?.test(branch.span());
        let choice = self.join(branch, test, then, other?)?;
        Some(in_block(scrutinee?.0, choice))
    }

    fn otherwise(&mut self, branch: &syn::ExprIf, expected: Option<&Ty>) -> Option<Expr> {
        match &branch.else_branch {
            Some((_, other)) => self.expr(other, expected),
            None => Some(Expr::new(Kind::Unit, Ty::Unit, branch.span())),
        }
    }

    /// `if let P = e && c { a } else { b }` is `{ let m; if { m = e; m is P } && { bind; c } { bind; a } else { b } }`.
    fn let_chain(&mut self, branch: &syn::ExprIf, parts: &[&syn::Expr], expected: Option<&Ty>) -> Option<Expr> {
        let depth = self.scope.len();
        let (mut variables, mut bound) = (Vec::new(), Vec::new());
        let mut tests = Vec::new();
        for part in parts {
            let syn::Expr::Let(part) = part else {
                let test = self.condition(part);
                tests.push(test.map(|test| with_bindings(bound.clone(), test)));
                continue;
            };
            let span = part.span();
            let scrutinee = self.scrutinee(&part.expr, None);
            let matched = self.matched(&part.pat, scrutinee.as_ref());
            let (Some((Stmt::Let(_, Some(value)), local)), Some(matched)) = (scrutinee, matched) else {
                tests.push(None);
                continue;
            };
            variables.push(Stmt::Let(local, None));
            let place = self.local(local, span).boxed();
            let assign = Expr::new(Kind::Assign(place, value.boxed()), Ty::Unit, span);
            let before: Vec<Stmt> = bound.iter().cloned().chain([Stmt::Expr(assign)]).collect();
            bound.extend(matched.bindings.iter().cloned());
            tests.push(Some(with_bindings(before, matched.test(span))));
        }
        let then = self.block(&branch.then_branch, expected);
        self.scope.truncate(depth);
        let hint = expected.cloned().or_else(|| then.as_ref().map(|then| then.ty.clone()));
        let other = self.otherwise(branch, hint.as_ref());
        let tests: Vec<Expr> = tests.into_iter().collect::<Option<_>>()?;
        let test = tests.into_iter().reduce(|one, other| {
            let span = one.span;
            Expr::new(Kind::And(one.boxed(), other.boxed()), Ty::BOOL, span)
        })?;
        let choice = self.join(branch, test, with_bindings(bound, then?), other?)?;
        Some(with_bindings(variables, choice))
    }

    pub(super) fn join(&mut self, at: &impl ToTokens, condition: Expr, then: Expr, other: Expr) -> Option<Expr> {
        let Some(ty) = then.ty.join(&other.ty) else {
            let problem = Problem::Branches { one: then.ty.to_string(), other: other.ty.to_string() };
            return self.fail(at, problem);
        };
        Some(Expr::new(Kind::If(condition.boxed(), then.boxed(), other.boxed()), ty, at.span()))
    }

    /// Puts the matched value into a new variable.
    fn scrutinee(&mut self, expr: &syn::Expr, written: Option<&Ty>) -> Option<(Stmt, LocalId)> {
        let value = match written {
            Some(ty) => self.expect(expr, ty)?,
            None => self.expr(expr, None)?,
        };
        if !rules::can_be_variable(&value.ty) {
            return self.fail(expr, Problem::FlowValue);
        }
        let local = self.temporary("matched", value.ty.clone());
        Some((Stmt::Let(local, Some(value)), local))
    }

    /// Checks a pattern for the scrutinee, if the scrutinee has no problem.
    fn matched(&mut self, pattern: &syn::Pat, scrutinee: Option<&(Stmt, LocalId)>) -> Option<Matched> {
        let matched = scrutinee.and_then(|&(_, local)| self.pattern(pattern, local));
        if matched.is_none() {
            self.poison(pattern);
        }
        matched
    }

    pub(super) fn match_expr(&mut self, branch: &syn::ExprMatch, expected: Option<&Ty>) -> Option<Expr> {
        let scrutinee = self.scrutinee(&branch.expr, None);
        let mut arms = Some(Vec::new());
        let mut hint = expected.cloned();
        for arm in &branch.arms {
            let depth = self.scope.len();
            let matched = self.matched(&arm.pat, scrutinee.as_ref());
            let bound = matched.as_ref().map(|matched| matched.bindings.clone()).unwrap_or_default();
            let guard = arm.guard.as_ref().map(|(_, guard)| self.condition(guard));
            let body = self.expr(&arm.body, hint.as_ref());
            self.scope.truncate(depth);
            if let Some(body) = body.as_ref().filter(|body| body.ty != Ty::Never) {
                hint.get_or_insert_with(|| body.ty.clone());
            }
            let guard = match guard {
                Some(None) => {
                    arms = None;
                    continue;
                }
                Some(Some(guard)) => Some(with_bindings(bound.clone(), guard)),
                None => None,
            };
            match (matched, body, &mut arms) {
                (Some(matched), Some(body), Some(arms)) => {
                    arms.push((matched.test(arm.pat.span()), guard, with_bindings(bound, body)));
                }
                _ => arms = None,
            }
        }
        // rustc checks that the arms are exhaustive, so the last one needs no test.
        let mut arms = arms?.into_iter().rev();
        let Some((_, None, mut choice)) = arms.next() else {
            let what = "`match` without arms or with a guard on its last arm";
            return self.unsupported(branch, what, "let the last arm match everything that is left");
        };
        for (test, guard, body) in arms {
            let condition = match guard {
                Some(guard) => Expr::new(Kind::And(test.boxed(), guard.boxed()), Ty::BOOL, branch.span()),
                None => test,
            };
            choice = self.join(branch, condition, body, choice)?;
        }
        Some(in_block(scrutinee?.0, choice))
    }

    /// `let P = e else { b }; rest` is `{ let m = e; if m is P { bind; rest } else { b } }`.
    pub(super) fn let_else(
        &mut self,
        block: &syn::Block,
        local: &syn::Local,
        rest: &[syn::Stmt],
        expected: Option<&Ty>,
    ) -> Option<Expr> {
        let init = local.init.as_ref()?;
        let (_, diverge) = init.diverge.as_ref()?;
        let (pattern, written) = match &local.pat {
            syn::Pat::Type(typed) => {
                (&*typed.pat, Some(types::read(&typed.ty, &self.module.structs, self.self_ty, self.errors)?))
            }
            other => (other, None),
        };
        let scrutinee = self.scrutinee(&init.expr, written.as_ref());
        let other = self.expr(diverge, None);
        let matched = self.matched(pattern, scrutinee.as_ref());
        let bound = matched.as_ref().map(|matched| matched.bindings.clone()).unwrap_or_default();
        let then = self.statements(block, rest, expected);
        let test = matched?.test(local.span());
        let choice = self.join(local, test, with_bindings(bound, then?), other?)?;
        Some(in_block(scrutinee?.0, choice))
    }

    pub(super) fn while_expr(&mut self, branch: &syn::ExprWhile) -> Option<Expr> {
        if let syn::Expr::Let(_) = &*branch.cond {
            return self.fail(branch, Problem::Unbounded);
        }
        let condition = self.condition(&branch.cond);
        let body = self.block(&branch.body, None);
        let (condition, body) = (condition?, body?);
        if !is_bounded(&condition, &body) {
            return self.fail(&branch.cond, Problem::Unbounded);
        }
        Some(Expr::new(Kind::While(condition.boxed(), body.boxed()), Ty::Unit, branch.span()))
    }
}

/// Returns the parts of `a && b && c`.
fn conjuncts(expr: &syn::Expr) -> Vec<&syn::Expr> {
    match expr {
        syn::Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) => {
            let mut parts = conjuncts(&binary.left);
            parts.push(&binary.right);
            parts
        }
        _ => vec![expr],
    }
}

fn in_block(statement: Stmt, value: Expr) -> Expr {
    let (ty, span) = (value.ty.clone(), value.span);
    Expr::new(Kind::Block(vec![statement], Some(value.boxed())), ty, span)
}

fn with_bindings(bindings: Vec<Stmt>, value: Expr) -> Expr {
    if bindings.is_empty() {
        return value;
    }
    let (ty, span) = (value.ty.clone(), value.span);
    Expr::new(Kind::Block(bindings, Some(value.boxed())), ty, span)
}

/// Returns `true` if `while condition body` is known to end: the condition is `i < n` or `i > n`, `i` changes once in
/// each iteration, by one towards `n`, and nothing in `n` changes.
fn is_bounded(condition: &Expr, body: &Expr) -> bool {
    let Kind::Binary(op @ (Binary::Lt | Binary::Gt), counter, bound) = &condition.kind else { return false };
    let Kind::Local(counter) = counter.kind else { return false };
    let step = if *op == Binary::Lt { Intrinsic::WrappingAdd } else { Intrinsic::WrappingSub };
    let mut fixed = true;
    bound.walk(&mut |part| {
        fixed &= match part.kind {
            Kind::Local(local) => local != counter && assignments(local, body) == 0,
            Kind::Int(_) | Kind::Const(_) | Kind::Cast(_) | Kind::WindowLen(_) => true,
            _ => false,
        }
    });
    let Kind::Block(statements, tail) = &body.kind else { return false };
    let statements = statements.iter().filter_map(|statement| match statement {
        Stmt::Expr(expr) => Some(expr),
        Stmt::Let(..) => None,
    });
    let steps = statements.chain(tail.as_deref()).any(|expr| match &expr.kind {
        Kind::Assign(place, value) => {
            matches!(place.kind, Kind::Local(local) if local == counter) && is_step(value, counter, step)
        }
        _ => false,
    });
    fixed && steps && assignments(counter, body) == 1
}

/// Returns `true` for `counter.wrapping_add(1)` or `…_sub(1)`.
fn is_step(value: &Expr, counter: LocalId, step: Intrinsic) -> bool {
    let Kind::Intrinsic(intrinsic, args) = &value.kind else { return false };
    *intrinsic == step
        && matches!(args[0].kind, Kind::Local(local) if local == counter)
        && matches!(args[1].kind, Kind::Int(1))
}

fn assignments(local: LocalId, body: &Expr) -> usize {
    let mut count = 0;
    body.walk(&mut |expr| {
        if let Kind::Assign(place, _) = &expr.kind {
            let mut root = &**place;
            while let Kind::Field(base, _) = &root.kind {
                root = base;
            }
            count += usize::from(matches!(root.kind, Kind::Local(assigned) if assigned == local));
        }
    });
    count
}
