//! Blocks and their statements.

use quote::ToTokens;
use syn::spanned::Spanned;

use super::checker::Checker;
use super::rules;
use crate::catalogue::Problem;
use crate::ir::{Body, Expr, Kind, Stmt};
use crate::text::pattern_name;
use crate::ty::Ty;
use crate::types;

impl Checker<'_> {
    pub(super) fn body(&mut self, block: &syn::Block, params: usize) -> Option<Body> {
        let result = self.result.clone();
        let root = self.block(block, Some(&result))?;
        let root = match block.stmts.last() {
            Some(syn::Stmt::Expr(tail, None)) => self.coerce(root, &result, tail)?,
            _ if root.ty == Ty::Never || root.ty == result => root,
            _ => {
                let problem = Problem::Mismatch { expected: result.to_string(), found: root.ty.to_string() };
                self.errors.at(block.brace_token.span.close(), problem);
                return None;
            }
        };
        Some(Body { locals: std::mem::take(&mut self.locals), params, root })
    }

    /// Checks an expression that must have this type.
    pub(super) fn expect(&mut self, expr: &syn::Expr, ty: &Ty) -> Option<Expr> {
        let checked = self.expr(expr, Some(ty))?;
        self.coerce(checked, ty, expr)
    }

    pub(super) fn block(&mut self, block: &syn::Block, expected: Option<&Ty>) -> Option<Expr> {
        let depth = self.scope.len();
        let checked = self.statements(block, &block.stmts, expected);
        self.scope.truncate(depth);
        checked
    }

    /// Checks all statements to the end of a block, so that every mistake is reported.
    pub(super) fn statements(&mut self, block: &syn::Block, list: &[syn::Stmt], expected: Option<&Ty>) -> Option<Expr> {
        let mut statements = Some(Vec::new());
        let mut diverges = false;
        for (index, statement) in list.iter().enumerate() {
            if let syn::Stmt::Expr(expr, None) = statement
                && index + 1 == list.len()
            {
                let tail = self.expr(expr, expected)?;
                let ty = if diverges { Ty::Never } else { tail.ty.clone() };
                return Some(Expr::new(Kind::Block(statements?, Some(tail.boxed())), ty, block.span()));
            }
            if let syn::Stmt::Local(local) = statement
                && local.init.as_ref().is_some_and(|init| init.diverge.is_some())
            {
                // The statements that follow belong to the branch in which the pattern matches.
                let rest = self.let_else(block, local, &list[index + 1..], expected)?;
                let ty = if diverges { Ty::Never } else { rest.ty.clone() };
                return Some(Expr::new(Kind::Block(statements?, Some(rest.boxed())), ty, block.span()));
            }
            match self.statement(statement) {
                Some(checked) => {
                    diverges |= matches!(&checked, Stmt::Expr(e) | Stmt::Let(_, Some(e)) if e.ty == Ty::Never);
                    if let Some(statements) = &mut statements {
                        statements.push(checked);
                    }
                }
                None => statements = None,
            }
        }
        let ty = if diverges { Ty::Never } else { Ty::Unit };
        Some(Expr::new(Kind::Block(statements?, None), ty, block.span()))
    }

    fn statement(&mut self, statement: &syn::Stmt) -> Option<Stmt> {
        match statement {
            syn::Stmt::Local(local) => {
                let checked = self.let_statement(local);
                if checked.is_none() {
                    self.poison(&local.pat);
                }
                checked
            }
            syn::Stmt::Expr(expr, _) => {
                let checked = self.expr(expr, None)?;
                if matches!(checked.ty, Ty::Flow) || checked.ty == Ty::Result(Box::new(Ty::Flow)) {
                    return self.fail(expr, Problem::FlowValue);
                }
                Some(Stmt::Expr(checked))
            }
            syn::Stmt::Item(item) => self.unsupported(item, "items inside bodies", "move it into the module"),
            syn::Stmt::Macro(call) => self.macro_call(call),
        }
    }

    pub(super) fn macro_call<T>(&mut self, at: &impl ToTokens) -> Option<T> {
        self.unsupported(at, "macro calls or panics", "return an error with `Err(…)`, or call a runtime function")
    }

    fn let_statement(&mut self, local: &syn::Local) -> Option<Stmt> {
        let (pattern, written) = match &local.pat {
            syn::Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
            other => (other, None),
        };
        let written = match written {
            Some(ty) => Some(types::read(ty, &self.module.structs, self.self_ty, self.errors)?),
            None => None,
        };
        let Some(init) = &local.init else {
            let Some(ty) = written else { return self.fail(local, Problem::LetWithoutType) };
            let Some(name) = pattern_name(pattern) else { return self.fail(pattern, Problem::Pattern) };
            return Some(Stmt::Let(self.declare(&name, ty), None));
        };
        let value = match &written {
            Some(ty) => self.expect(&init.expr, ty)?,
            None => self.expr(&init.expr, None)?,
        };
        let ty = written.unwrap_or_else(|| value.ty.clone());
        if !rules::can_be_variable(&ty) {
            return self.fail(&init.expr, Problem::FlowValue);
        }
        if let Some(name) = pattern_name(pattern) {
            return Some(Stmt::Let(self.declare(&name, ty), Some(value)));
        }
        // The parts are declared for the rest of the block, so the block that contains them opens no scope.
        let span = value.span;
        let mut statements = Vec::new();
        self.let_pattern(pattern, ty, value, &mut statements)?;
        Some(Stmt::Expr(Expr::new(Kind::Block(statements, None), Ty::Unit, span)))
    }

    /// Assigns a value to a pattern, `name` or nested tuples such as `(a, b)`.
    fn let_pattern(&mut self, pattern: &syn::Pat, ty: Ty, value: Expr, statements: &mut Vec<Stmt>) -> Option<()> {
        if let Some(name) = pattern_name(pattern) {
            statements.push(Stmt::Let(self.declare(&name, ty), Some(value)));
            return Some(());
        }
        let (tuple, types) = match (pattern, &ty) {
            (syn::Pat::Tuple(tuple), Ty::Tuple(types)) if tuple.elems.len() == types.len() => (tuple, types),
            (syn::Pat::Paren(inner), _) => return self.let_pattern(&inner.pat, ty, value, statements),
            _ => return self.fail(pattern, Problem::Pattern),
        };
        let span = value.span;
        let whole = self.temporary("parts", ty.clone());
        statements.push(Stmt::Let(whole, Some(value)));
        for (index, (element, ty)) in tuple.elems.iter().zip(types).enumerate() {
            let part = Kind::Field(self.local(whole, span).boxed(), index);
            self.let_pattern(element, ty.clone(), Expr::new(part, ty.clone(), span), statements)?;
        }
        Some(())
    }
}
