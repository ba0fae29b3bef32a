//! Patterns → a condition on the matched variable, and the variables that it binds.

use proc_macro2::Span;
use syn::spanned::Spanned;

use super::Checker;
use crate::catalogue::Problem;
use crate::ir::{Binary, Expr, Kind, LocalId, Stmt};
use crate::ty::Ty;

/// What a pattern asks for.
pub(super) struct Matched {
    /// `None` matches anything.
    condition: Option<Expr>,
    pub(super) bindings: Vec<Stmt>,
}

impl Matched {
    /// The condition, as an expression.
    pub(super) fn test(self, span: Span) -> Expr {
        self.condition.unwrap_or_else(|| Expr::new(Kind::Bool(true), Ty::BOOL, span))
    }

    fn when(condition: Expr) -> Option<Matched> {
        Some(Matched { condition: Some(condition), bindings: Vec::new() })
    }
}

impl Checker<'_> {
    pub(super) fn pattern(&mut self, pattern: &syn::Pat, matched: LocalId) -> Option<Matched> {
        let span = pattern.span();
        let ty = self.ty_of(matched).clone();
        match pattern {
            syn::Pat::Wild(_) => Some(Matched { condition: None, bindings: Vec::new() }),
            syn::Pat::Paren(inner) => self.pattern(&inner.pat, matched),
            syn::Pat::Ident(ident) if ident.ident == "None" => {
                self.good(pattern, matched)?;
                let is_good = Expr::new(Kind::IsGood(matched), Ty::BOOL, span);
                Matched::when(Expr::new(Kind::Not(is_good.boxed()), Ty::BOOL, span))
            }
            syn::Pat::Ident(ident) if self.module.consts.contains_key(&ident.ident.to_string()) => {
                let constant = syn::parse_quote!(#ident);
                self.equals(&constant, matched)
            }
            syn::Pat::Ident(ident) if ident.by_ref.is_none() && ident.subpat.is_none() => {
                let value = self.local(matched, span);
                let local = self.declare(&ident.ident.to_string(), ty);
                Some(Matched { condition: None, bindings: vec![Stmt::Let(local, Some(value))] })
            }
            syn::Pat::Path(path) => self.equals(&syn::Expr::Path(path.clone()), matched),
            syn::Pat::Lit(lit) => self.equals(&syn::Expr::Lit(lit.clone()), matched),
            syn::Pat::Range(range) => self.range(range, matched),
            syn::Pat::Or(or) => {
                let mut any: Option<Expr> = None;
                for case in &or.cases {
                    let case = self.pattern(case, matched)?;
                    if !case.bindings.is_empty() {
                        return self.fail(pattern, Problem::Pattern);
                    }
                    let case = case.test(span);
                    any = Some(match any {
                        Some(any) => Expr::new(Kind::Or(any.boxed(), case.boxed()), Ty::BOOL, span),
                        None => case,
                    });
                }
                Some(Matched { condition: any, bindings: Vec::new() })
            }
            syn::Pat::TupleStruct(inner) => self.constructor(inner, matched),
            _ => self.fail(pattern, Problem::Pattern),
        }
    }

    /// `Some(p)`, `Ok(p)`, `Err(p)`
    fn constructor(&mut self, inner: &syn::PatTupleStruct, matched: LocalId) -> Option<Matched> {
        let span = inner.span();
        let payload_ty = self.good(inner, matched)?;
        let name = inner.path.get_ident().map(ToString::to_string).unwrap_or_default();
        let option = matches!(self.ty_of(matched), Ty::Option(_));
        let is_good = Expr::new(Kind::IsGood(matched), Ty::BOOL, span);
        let payload = |kind, ty: &Ty| Expr::new(kind, ty.clone(), span);
        let (condition, value) = match (name.as_str(), option) {
            ("Some", true) | ("Ok", false) => (is_good, payload(Kind::Payload(matched), &payload_ty)),
            // The error itself has no content: it says that the machine has one.
            ("Err", false) => {
                let bad = Expr::new(Kind::Not(is_good.boxed()), Ty::BOOL, span);
                (bad, payload(Kind::Unit, &Ty::Thrown))
            }
            _ => return self.fail(inner, Problem::Pattern),
        };
        match inner.elems.first().and_then(crate::module::pattern_name) {
            Some(name) if inner.elems.len() == 1 => {
                let bindings = if name == "_" {
                    Vec::new()
                } else {
                    let local = self.declare(&name, value.ty.clone());
                    vec![Stmt::Let(local, Some(value))]
                };
                Some(Matched { condition: Some(condition), bindings })
            }
            _ => self.fail(inner, Problem::Pattern),
        }
    }

    /// The type inside the matched `Option` or `Result`.
    fn good(&mut self, pattern: &impl Spanned, matched: LocalId) -> Option<Ty> {
        match self.ty_of(matched).clone() {
            Ty::Option(of) | Ty::Result(of) => Some(*of),
            ty => self.fail(pattern, Problem::Mismatch { expected: ty.to_string(), found: "Option or Result".into() }),
        }
    }

    fn equals(&mut self, value: &syn::Expr, matched: LocalId) -> Option<Matched> {
        self.compare(Binary::Eq, matched, value).and_then(Matched::when)
    }

    fn compare(&mut self, op: Binary, matched: LocalId, value: &syn::Expr) -> Option<Expr> {
        let span = value.span();
        let ty = self.ty_of(matched).clone();
        if ty.integer().is_none() && !ty.is_float() && ty != Ty::BOOL {
            return self.fail(value, Problem::Pattern);
        }
        let value = self.expect(value, &ty)?;
        let left = self.local(matched, span).boxed();
        Some(Expr::new(Kind::Binary(op, left, value.boxed()), Ty::BOOL, span))
    }

    fn range(&mut self, range: &syn::PatRange, matched: LocalId) -> Option<Matched> {
        let mut condition: Option<Expr> = None;
        let inclusive = matches!(range.limits, syn::RangeLimits::Closed(_));
        let ends = [
            range.start.as_ref().map(|start| (Binary::Ge, start)),
            range.end.as_ref().map(|end| (if inclusive { Binary::Le } else { Binary::Lt }, end)),
        ];
        for (op, end) in ends.into_iter().flatten() {
            let test = self.compare(op, matched, end)?;
            condition = Some(match condition {
                Some(other) => Expr::new(Kind::And(other.boxed(), test.boxed()), Ty::BOOL, range.span()),
                None => test,
            });
        }
        Some(Matched { condition, bindings: Vec::new() })
    }
}
