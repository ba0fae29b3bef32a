//! Calls of helpers, runtime functions and constructors; struct literals.

use syn::spanned::Spanned;

use super::Checker;
use crate::catalogue::Problem;
use crate::consts;
use crate::ir::{Expr, Intrinsic, Kind};
use crate::ty::Ty;

impl Checker<'_> {
    pub(super) fn call(&mut self, call: &syn::ExprCall, expected: Option<&Ty>) -> Option<Expr> {
        let name = match &*call.func {
            syn::Expr::Path(path) => consts::path_name(&path.path, self.self_ty),
            _ => None,
        };
        let Some(name) = name else {
            return self.unsupported(call, "calls through a value", "name the function");
        };
        let span = call.span();
        match (name.as_str(), call.args.len()) {
            ("Some", 1) => {
                let hint = match expected {
                    Some(Ty::Option(of)) => Some(&**of),
                    _ => None,
                };
                let inner = self.hinted(&call.args[0], hint)?;
                let ty = Ty::Option(Box::new(inner.ty.clone()));
                Some(Expr::new(Kind::Some(inner.boxed()), ty, span))
            }
            ("Ok", 1) => {
                let hint = match expected {
                    Some(Ty::Result(of)) => Some(&**of),
                    _ => None,
                };
                let inner = self.hinted(&call.args[0], hint)?;
                let ty = Ty::Result(Box::new(inner.ty.clone()));
                Some(Expr::new(Kind::Ok(inner.boxed()), ty, span))
            }
            ("Err", 1) => {
                let thrown = self.expect(&call.args[0], &Ty::Thrown)?;
                let ty = match expected {
                    Some(ty @ Ty::Result(_)) => ty.clone(),
                    _ => Ty::Result(Box::new(Ty::Unit)),
                };
                Some(Expr::new(Kind::Err(thrown.boxed()), ty, span))
            }
            ("f64::from_bits", 1) => {
                let bits = self.expect(&call.args[0], &Ty::U64)?;
                Some(Expr::new(Kind::Intrinsic(Intrinsic::FloatFromBits, vec![bits]), Ty::F64, span))
            }
            _ => self.named_call(call, name),
        }
    }

    /// An expression of a type that is known from outside, and must then have it.
    fn hinted(&mut self, expr: &syn::Expr, hint: Option<&Ty>) -> Option<Expr> {
        match hint {
            Some(ty) => self.expect(expr, ty),
            None => self.expr(expr, None),
        }
    }

    fn named_call(&mut self, call: &syn::ExprCall, name: String) -> Option<Expr> {
        let span = call.span();
        let module = self.module;
        if let Some(helper) = module.helpers.get(&name) {
            let types: Vec<Ty> = helper.params.iter().map(|param| param.ty.clone()).collect();
            let args = self.arguments(call, &name, call.args.iter(), &types)?;
            return Some(Expr::new(Kind::Helper(name, args), helper.result.clone(), span));
        }
        if let Some((_, runtime)) = module.runtime(&name) {
            let types: Vec<Ty> = runtime.params.iter().map(|param| param.ty.clone()).collect();
            let args = self.arguments(call, &name, call.args.iter(), &types)?;
            return Some(Expr::new(Kind::Runtime(name, args), runtime.result.clone(), span));
        }
        if let Some(of) = module.structs.get(&name) {
            let types: Vec<Ty> = of.fields.iter().map(|(_, ty)| ty.clone()).collect();
            let args = self.arguments(call, &name, call.args.iter(), &types)?;
            return Some(Expr::new(Kind::Struct(name.clone(), args), Ty::Struct(name), span));
        }
        self.fail(&call.func, Problem::UnknownFunction(name))
    }

    pub(super) fn arguments<'e>(
        &mut self,
        at: &impl Spanned,
        name: &str,
        given: impl ExactSizeIterator<Item = &'e syn::Expr>,
        types: &[Ty],
    ) -> Option<Vec<Expr>> {
        if given.len() != types.len() {
            let problem = Problem::ArgumentCount { name: name.into(), takes: types.len(), given: given.len() };
            return self.fail(at, problem);
        }
        // Every argument is checked, so that each mistake is reported.
        let checked: Vec<Option<Expr>> = given.zip(types).map(|(arg, ty)| self.expect(arg, ty)).collect();
        checked.into_iter().collect()
    }

    pub(super) fn struct_literal(&mut self, literal: &syn::ExprStruct) -> Option<Expr> {
        let name = consts::path_name(&literal.path, self.self_ty).unwrap_or_default();
        let Some(of) = self.module.structs.get(&name) else {
            return self.fail(&literal.path, Problem::UnknownType(name));
        };
        if literal.rest.is_some() {
            return self.unsupported(literal, "`..` in struct literals", "write every field");
        }
        // Rust evaluates the fields in the order in which they are written.
        let ordered = literal.fields.iter().zip(&of.fields).all(|(given, (name, _))| match &given.member {
            syn::Member::Named(member) => member == name,
            syn::Member::Unnamed(index) => index.index.to_string() == *name,
        });
        if !ordered || literal.fields.len() != of.fields.len() {
            return self.unsupported(literal, "struct literals in another order", "write the fields in their order");
        }
        let mut parts = Vec::new();
        for (given, (_, ty)) in literal.fields.iter().zip(&of.fields) {
            parts.push(self.expect(&given.expr, ty)?);
        }
        Some(Expr::new(Kind::Struct(name.clone(), parts), Ty::Struct(name), literal.span()))
    }
}
