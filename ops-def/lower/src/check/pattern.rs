//! Patterns → a condition on the matched variable, and the variables that it binds.

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;

use super::checker::Checker;
use crate::catalogue::Problem;
use crate::ir::{Binary, Expr, Kind, LocalId, Stmt};
use crate::text::name_of;
use crate::ty::Ty;

/// What a pattern requires and binds.
pub(super) struct Matched {
    /// The condition; `None` matches anything.
    condition: Option<Expr>,
    pub(super) bindings: Vec<Stmt>,
}

impl Matched {
    /// Returns the condition as an expression.
    pub(super) fn test(self, span: Span) -> Expr {
        self.condition.unwrap_or_else(|| Expr::new(Kind::Bool(true), Ty::BOOL, span))
    }

    fn always() -> Matched {
        Matched { condition: None, bindings: Vec::new() }
    }

    fn when(condition: Expr) -> Option<Matched> {
        Some(Matched { condition: Some(condition), bindings: Vec::new() })
    }

    /// Applies `inner` to a part of the matched value, which `part` puts into a variable.
    fn of_part(part: Stmt, inner: Matched) -> Matched {
        let condition = inner.condition.map(|condition| {
            let span = condition.span;
            Expr::new(Kind::Block(vec![part.clone()], Some(condition.boxed())), Ty::BOOL, span)
        });
        let bindings =
            if inner.bindings.is_empty() { Vec::new() } else { std::iter::once(part).chain(inner.bindings).collect() };
        Matched { condition, bindings }
    }

    /// Combines two conditions, this one first.
    fn and(self, other: Matched) -> Matched {
        let condition = match (self.condition, other.condition) {
            (Some(one), Some(other)) => {
                let span = one.span;
                Some(Expr::new(Kind::And(one.boxed(), other.boxed()), Ty::BOOL, span))
            }
            (one, other) => one.or(other),
        };
        Matched { condition, bindings: self.bindings.into_iter().chain(other.bindings).collect() }
    }
}

impl Checker<'_> {
    pub(super) fn pattern(&mut self, pattern: &syn::Pat, matched: LocalId) -> Option<Matched> {
        let span = pattern.span();
        match pattern {
            syn::Pat::Wild(_) => Some(Matched::always()),
            syn::Pat::Paren(inner) => self.pattern(&inner.pat, matched),
            syn::Pat::Ident(ident) if ident.by_ref.is_some() => self.fail(pattern, Problem::Pattern),
            syn::Pat::Ident(ident) => self.name(ident, matched),
            syn::Pat::Path(path) => self.equals(&syn::Expr::Path(path.clone()), matched),
            syn::Pat::Lit(lit) => self.equals(&syn::Expr::Lit(lit.clone()), matched),
            syn::Pat::Tuple(tuple) => self.tuple_pattern(tuple, matched),
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

    /// Checks `name`, `name @ pattern`, `NAME` and `None`.
    fn name(&mut self, ident: &syn::PatIdent, matched: LocalId) -> Option<Matched> {
        let (name, span) = (name_of(&ident.ident), ident.ident.span());
        let plain = ident.mutability.is_none() && ident.subpat.is_none();
        if plain && name == "None" {
            self.good(ident, matched)?;
            let is_good = Expr::new(Kind::IsGood(matched), Ty::BOOL, span);
            return Matched::when(Expr::new(Kind::Not(is_good.boxed()), Ty::BOOL, span));
        }
        if plain && self.module.consts.contains_key(&name) {
            let path = syn::Path::from(ident.ident.clone());
            return self.equals(&syn::ExprPath { attrs: Vec::new(), qself: None, path }.into(), matched);
        }
        if self.module.broken.contains(&name) {
            return None;
        }
        if !self.is_binding(ident) {
            return self.fail(ident, Problem::PatternName(name));
        }
        let value = self.local(matched, span);
        let local = self.declare(&name, value.ty.clone());
        let binding = Matched { condition: None, bindings: vec![Stmt::Let(local, Some(value))] };
        match &ident.subpat {
            Some((_, inner)) => Some(binding.and(self.pattern(inner, matched)?)),
            None => Some(binding),
        }
    }

    /// Returns `true` if the name binds a variable. rustc treats imported names and unit structs as constants,
    /// which the lowering cannot know.
    fn is_binding(&self, ident: &syn::PatIdent) -> bool {
        let name = name_of(&ident.ident);
        let constant = self.module.consts.contains_key(&name) || self.module.imports.contains(&name);
        ident.by_ref.is_none() && !name.starts_with(char::is_uppercase) && !constant
    }

    /// Checks `(a, b)`.
    fn tuple_pattern(&mut self, tuple: &syn::PatTuple, matched: LocalId) -> Option<Matched> {
        let types = match self.ty_of(matched) {
            Ty::Tuple(types) if types.len() == tuple.elems.len() => types.clone(),
            _ => return self.fail(tuple, Problem::Pattern),
        };
        let mut whole = Matched::always();
        for (index, (element, ty)) in tuple.elems.iter().zip(types).enumerate() {
            let value = Kind::Field(self.local(matched, element.span()).boxed(), index);
            whole = whole.and(self.part(element, Expr::new(value, ty, element.span()))?);
        }
        Some(whole)
    }

    /// Checks a pattern for a part of the matched value.
    fn part(&mut self, pattern: &syn::Pat, value: Expr) -> Option<Matched> {
        match pattern {
            syn::Pat::Wild(_) => return Some(Matched::always()),
            syn::Pat::Ident(ident) if ident.subpat.is_none() && self.is_binding(ident) => {
                let local = self.declare(&name_of(&ident.ident), value.ty.clone());
                return Some(Matched { condition: None, bindings: vec![Stmt::Let(local, Some(value))] });
            }
            _ => {}
        }
        let local = self.temporary("part", value.ty.clone());
        let inner = self.pattern(pattern, local)?;
        Some(Matched::of_part(Stmt::Let(local, Some(value)), inner))
    }

    /// Checks `Some(p)`, `Ok(p)` and `Err(p)`.
    fn constructor(&mut self, inner: &syn::PatTupleStruct, matched: LocalId) -> Option<Matched> {
        let span = inner.span();
        let payload_ty = self.good(inner, matched)?;
        let name = inner.path.get_ident().map(name_of).unwrap_or_default();
        let option = matches!(self.ty_of(matched), Ty::Option(_));
        let is_good = Expr::new(Kind::IsGood(matched), Ty::BOOL, span);
        let (condition, value) = match (name.as_str(), option) {
            ("Some", true) | ("Ok", false) => (is_good, Expr::new(Kind::Payload(matched), payload_ty, span)),
            // The error has no content: it means that the machine has an error pending.
            ("Err", false) => {
                let bad = Expr::new(Kind::Not(is_good.boxed()), Ty::BOOL, span);
                (bad, Expr::new(Kind::Unit, Ty::Thrown, span))
            }
            _ => return self.fail(inner, Problem::Pattern),
        };
        let (Some(element), 1) = (inner.elems.first(), inner.elems.len()) else {
            return self.fail(inner, Problem::Pattern);
        };
        let part = self.part(element, value)?;
        Some(Matched { condition: Some(condition), bindings: Vec::new() }.and(part))
    }

    /// Returns the type inside the matched `Option` or `Result`.
    fn good(&mut self, pattern: &impl ToTokens, matched: LocalId) -> Option<Ty> {
        match self.ty_of(matched).clone() {
            Ty::Option(of) | Ty::Result(of) => Some(*of),
            ty => self.fail(pattern, Problem::Mismatch { expected: ty.to_string(), found: "Option".into() }),
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
