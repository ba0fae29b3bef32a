//! [`Checker`]: what is known while a body is checked.
//!
//! The files beside this one extend it, one for each kind of syntax. They form one recursion, as the syntax does: an
//! expression contains blocks, and a block contains expressions.

use proc_macro2::Span;
use quote::ToTokens;

use crate::catalogue::Problem;
use crate::errors::Errors;
use crate::ir::{Expr, Kind, Local, LocalId};
use crate::module::Module;
use crate::text::name_of;
use crate::ty::Ty;

/// Checker of one body.
pub(super) struct Checker<'a> {
    pub(super) module: &'a Module,
    pub(super) errors: &'a mut Errors,
    pub(super) locals: Vec<Local>,
    /// Names in scope, innermost last.
    pub(super) scope: Vec<(String, LocalId)>,
    pub(super) self_ty: Option<&'a str>,
    pub(super) result: Ty,
}

impl<'a> Checker<'a> {
    /// Creates the checker of a body that results in this type.
    pub(super) fn new(module: &'a Module, self_ty: Option<&'a str>, result: Ty, errors: &'a mut Errors) -> Self {
        Checker { module, errors, locals: Vec::new(), scope: Vec::new(), self_ty, result }
    }

    pub(super) fn declare(&mut self, name: &str, ty: Ty) -> LocalId {
        let id = self.temporary(name, ty);
        self.scope.push((name.to_owned(), id));
        id
    }

    /// Declares the names of a pattern that has a problem, so that their uses are not reported too.
    pub(super) fn poison(&mut self, pattern: &syn::Pat) {
        match pattern {
            syn::Pat::Ident(ident) => {
                self.declare(&name_of(&ident.ident), Ty::Never);
            }
            syn::Pat::Type(typed) => self.poison(&typed.pat),
            syn::Pat::Paren(inner) => self.poison(&inner.pat),
            syn::Pat::Reference(inner) => self.poison(&inner.pat),
            syn::Pat::Tuple(tuple) => tuple.elems.iter().for_each(|part| self.poison(part)),
            syn::Pat::TupleStruct(tuple) => tuple.elems.iter().for_each(|part| self.poison(part)),
            syn::Pat::Slice(slice) => slice.elems.iter().for_each(|part| self.poison(part)),
            syn::Pat::Struct(of) => of.fields.iter().for_each(|field| self.poison(&field.pat)),
            syn::Pat::Or(or) => or.cases.iter().for_each(|case| self.poison(case)),
            _ => {}
        }
    }

    /// Declares a variable that the author cannot name.
    pub(super) fn temporary(&mut self, name: &str, ty: Ty) -> LocalId {
        self.locals.push(Local { name: name.to_owned(), ty });
        LocalId(self.locals.len() - 1)
    }

    pub(super) fn lookup(&self, name: &str) -> Option<LocalId> {
        self.scope.iter().rev().find(|(known, _)| known == name).map(|&(_, id)| id)
    }

    pub(super) fn ty_of(&self, local: LocalId) -> &Ty {
        &self.locals[local.0].ty
    }

    pub(super) fn local(&self, local: LocalId, span: Span) -> Expr {
        Expr::new(Kind::Local(local), self.ty_of(local).clone(), span)
    }

    pub(super) fn fail<T>(&mut self, at: &impl ToTokens, problem: Problem) -> Option<T> {
        self.errors.on(at, problem);
        None
    }

    pub(super) fn unsupported<T>(
        &mut self,
        at: &impl ToTokens,
        what: &'static str,
        instead: &'static str,
    ) -> Option<T> {
        self.fail(at, Problem::Unsupported { what, instead })
    }

    pub(super) fn coerce(&mut self, expr: Expr, expected: &Ty, at: &impl ToTokens) -> Option<Expr> {
        if expr.ty == Ty::Never || expr.ty == *expected {
            return Some(expr);
        }
        if expected.is_float() && matches!(expr.kind, Kind::Int(_)) {
            return self.fail(at, Problem::FloatLiteral { expected: expected.to_string(), found: expr.ty.to_string() });
        }
        self.fail(at, Problem::Mismatch { expected: expected.to_string(), found: expr.ty.to_string() })
    }
}
