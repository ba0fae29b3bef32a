//! Calls of helpers, runtime functions and constructors; struct literals.

use quote::ToTokens;
use syn::spanned::Spanned;

use super::checker::Checker;
use super::place::member;
use crate::catalogue::Problem;
use crate::consts;
use crate::ir::{Expr, Intrinsic, Kind, Stmt};
use crate::text::text_of;
use crate::ty::{self, Ty};

impl Checker<'_> {
    pub(super) fn call(&mut self, call: &syn::ExprCall, expected: Option<&Ty>) -> Option<Expr> {
        let name = match &*call.func {
            syn::Expr::Path(path) => consts::path_name(&path.path, self.self_ty),
            _ => None,
        };
        let Some(name) = name else {
            return self.unsupported(
                &call.func,
                "this form of call",
                "call a function by its name, without type arguments",
            );
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
            ("f32::from_bits" | "f64::from_bits", 1) => {
                let (bits, ty) = if name.starts_with("f32") { (Ty::U32, Ty::F32) } else { (Ty::U64, Ty::F64) };
                let bits = self.expect(&call.args[0], &bits)?;
                Some(Expr::new(Kind::Intrinsic(Intrinsic::FloatFromBits, vec![bits]), ty, span))
            }
            ("Some" | "Ok" | "Err" | "f32::from_bits" | "f64::from_bits", given) => {
                self.fail(call, Problem::ArgumentCount { name, takes: 1, given })
            }
            // A function of the module with this name hides that of mimeo.
            ("likely" | "unlikely", given) if !self.is_defined(&name) => {
                if given != 1 {
                    return self.fail(call, Problem::ArgumentCount { name, takes: 1, given });
                }
                let condition = self.condition(&call.args[0])?;
                Some(Expr::new(Kind::Expect(condition.boxed(), name == "likely"), Ty::BOOL, span))
            }
            _ => self.named_call(call, name),
        }
    }

    /// Returns `true` if the module has a function with this name.
    fn is_defined(&self, name: &str) -> bool {
        self.module.helpers.contains_key(name)
            || self.module.runtime(name).is_some()
            || self.module.broken.contains(name)
            || self.module.op_names.contains(name)
    }

    /// Checks an expression, which must have the hinted type if there is a hint.
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
        if ty::is_cell(&name, &module.structs) {
            return self.fail(&call.func, Problem::CellByValue(name));
        }
        if let Some(of) = module.structs.get(&name) {
            let types: Vec<Ty> = of.fields.iter().map(|(_, ty)| ty.clone()).collect();
            let args = self.arguments(call, &name, call.args.iter(), &types)?;
            return Some(Expr::new(Kind::Struct(name.clone(), args), Ty::Struct(name), span));
        }
        if module.broken.contains(&name) {
            return None;
        }
        let problem =
            if module.op_names.contains(&name) { Problem::OpCall(name) } else { Problem::UnknownFunction(name) };
        self.fail(&call.func, problem)
    }

    pub(super) fn arguments<'e>(
        &mut self,
        at: &impl ToTokens,
        name: &str,
        given: impl ExactSizeIterator<Item = &'e syn::Expr>,
        types: &[Ty],
    ) -> Option<Vec<Expr>> {
        if given.len() != types.len() {
            let problem = Problem::ArgumentCount { name: name.into(), takes: types.len(), given: given.len() };
            return self.fail(at, problem);
        }
        // Every argument is checked, so that every mistake is reported.
        let checked: Vec<Option<Expr>> = given.zip(types).map(|(arg, ty)| self.argument(arg, ty)).collect();
        checked.into_iter().collect()
    }

    fn argument(&mut self, arg: &syn::Expr, ty: &Ty) -> Option<Expr> {
        match self.operand(arg, ty) {
            Some(local) if matches!(ty, Ty::Vm | Ty::Window) => Some(self.local(local, arg.span())),
            _ => self.expect(arg, ty),
        }
    }

    pub(super) fn struct_literal(&mut self, literal: &syn::ExprStruct) -> Option<Expr> {
        let name = consts::path_name(&literal.path, self.self_ty).unwrap_or_else(|| text_of(&literal.path));
        let Some(of) = self.module.structs.get(&name) else {
            return self.fail(&literal.path, Problem::UnknownType(name));
        };
        if ty::is_cell(&name, &self.module.structs) {
            return self.fail(&literal.path, Problem::CellByValue(name));
        }
        if literal.rest.is_some() || literal.fields.len() != of.fields.len() {
            return self.unsupported(literal, "struct literals without all fields", "write every field, without `..`");
        }
        // Rust evaluates the fields in the order in which they are written.
        let ordered = literal.fields.iter().zip(&of.fields).all(|(given, (name, _))| member(&given.member) == *name);
        let mut statements = Vec::new();
        let mut parts: Vec<Option<Expr>> = of.fields.iter().map(|_| None).collect();
        for given in &literal.fields {
            let field = member(&given.member);
            let Some(index) = of.fields.iter().position(|(known, _)| *known == field) else {
                return self.fail(&given.member, Problem::UnknownField { ty: name, field });
            };
            let mut value = self.expect(&given.expr, &of.fields[index].1)?;
            if !ordered {
                let local = self.temporary("field", value.ty.clone());
                let kept = self.local(local, value.span);
                statements.push(Stmt::Let(local, Some(value)));
                value = kept;
            }
            parts[index] = Some(value);
        }
        // If a field is written twice, another is missing, which rustc reports.
        let parts = parts.into_iter().collect::<Option<Vec<_>>>()?;
        let (ty, span) = (Ty::Struct(name.clone()), literal.span());
        let value = Expr::new(Kind::Struct(name, parts), ty.clone(), span);
        Some(if ordered { value } else { Expr::new(Kind::Block(statements, Some(value.boxed())), ty, span) })
    }
}
