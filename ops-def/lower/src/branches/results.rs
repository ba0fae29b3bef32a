//! The results of a condition → those of one of its ops.

use proc_macro2::{Ident, Span};
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Lit, Stmt, Token, Type, parse_quote, parse_quote_spanned};

use super::attribute::Form;
use crate::catalogue::Problem;
use crate::errors::Errors;

/// What a condition returns, and what a value of the set is.
pub(super) struct Outcome<'a> {
    /// Whether it returns a `Result<bool, Thrown>`.
    pub(super) fallible: bool,
    /// The value type.
    pub(super) value: &'a Type,
    /// The function that turns a `bool` into a value; without one, the value is an integer.
    pub(super) boolean: Option<&'a Type>,
}

/// Replaces the results of a condition, wherever the function ends, with those of an op.
pub(super) fn replace(outcome: &Outcome<'_>, form: Form, label: &Ident, block: &mut Block, errors: &mut Errors) {
    let mut results = Results { outcome, form, label, span: label.span(), errors };
    results.visit_block_mut(block);
    results.replace_in_block(block, outcome.fallible);
}

struct Results<'a> {
    outcome: &'a Outcome<'a>,
    form: Form,
    label: &'a Ident,
    /// The place of what is made.
    span: Span,
    errors: &'a mut Errors,
}

impl VisitMut for Results<'_> {
    fn visit_expr_return_mut(&mut self, returned: &mut syn::ExprReturn) {
        visit_mut::visit_expr_return_mut(self, returned);
        if let Some(expr) = &mut returned.expr {
            self.replace(expr, self.outcome.fallible);
        }
    }
}

impl Results<'_> {
    fn replace_in_block(&mut self, block: &mut Block, in_result: bool) {
        if let Some(Stmt::Expr(expr, None)) = block.stmts.last_mut() {
            self.replace(expr, in_result);
        }
    }

    /// Replaces a result, which is a `Result<bool, Thrown>` or, in an `Ok(…)`, a `bool`.
    fn replace(&mut self, expr: &mut Expr, in_result: bool) {
        match expr {
            Expr::If(syn::ExprIf { then_branch, else_branch: Some((_, otherwise)), .. }) => {
                self.replace_in_block(then_branch, in_result);
                self.replace(otherwise, in_result);
            }
            Expr::Match(of) => of.arms.iter_mut().for_each(|arm| self.replace(&mut arm.body, in_result)),
            Expr::Block(syn::ExprBlock { label: None, block, .. }) | Expr::Unsafe(syn::ExprUnsafe { block, .. }) => {
                self.replace_in_block(block, in_result);
            }
            Expr::Paren(syn::ExprParen { expr: inner, .. }) | Expr::Group(syn::ExprGroup { expr: inner, .. }) => {
                self.replace(inner, in_result);
                *expr = (**inner).clone();
            }
            // It has been replaced.
            Expr::Return(_) => {}
            Expr::Call(call) if in_result && is_call(call, "Ok") => {
                self.replace(&mut call.args[0], false);
                *expr = call.args[0].clone();
            }
            Expr::Call(call) if in_result && is_call(call, "Err") => {}
            Expr::Lit(_) | Expr::Binary(_) | Expr::Unary(_) if in_result => {
                let (expected, found) = ("Result<bool, Thrown>".to_owned(), "bool".to_owned());
                self.errors.on(expr, Problem::Mismatch { expected, found });
            }
            _ => *expr = self.result(expr.clone(), in_result),
        }
    }

    /// Turns a condition into the op's result.
    fn result(&self, condition: Expr, in_result: bool) -> Expr {
        let span = self.span;
        let wrapped = |expr: Expr| match self.outcome.fallible {
            true => parse_quote_spanned!(span=> Ok(#expr)),
            false => expr,
        };
        let condition = match in_result {
            true => Expr::Try(syn::ExprTry {
                attrs: Vec::new(),
                expr: Box::new(condition),
                question_token: Token![?](span),
            }),
            false => condition,
        };
        let Form::Jump(when) = self.form else { return wrapped(self.value(condition)) };
        let flow = |jumps: bool| {
            let label = self.label;
            let (jump, next) = (parse_quote_spanned!(span=> #label.jump()), parse_quote_spanned!(span=> Flow::Next));
            wrapped(if jumps { jump } else { next })
        };
        if let Expr::Lit(syn::ExprLit { lit: Lit::Bool(known), .. }) = &condition {
            return flow(known.value == when);
        }
        let (yes, no) = (flow(when), flow(!when));
        let mut branch: syn::ExprIf = parse_quote_spanned!(span=> if true { #yes } else { #no });
        *branch.cond = condition;
        Expr::If(branch)
    }

    fn value(&self, condition: Expr) -> Expr {
        let value = &self.outcome.value;
        match self.outcome.boolean {
            Some(boolean) => Expr::Call(syn::ExprCall {
                attrs: Vec::new(),
                func: parse_quote!(#boolean),
                paren_token: syn::token::Paren(self.span),
                args: Punctuated::from_iter([condition]),
            }),
            None => Expr::Cast(syn::ExprCast {
                attrs: Vec::new(),
                expr: Box::new(condition),
                as_token: Token![as](self.span),
                ty: parse_quote!(#value),
            }),
        }
    }
}

/// Returns `true` for a call of this function with one argument.
fn is_call(call: &syn::ExprCall, name: &str) -> bool {
    matches!(&*call.func, Expr::Path(path) if path.path.is_ident(name)) && call.args.len() == 1
}
