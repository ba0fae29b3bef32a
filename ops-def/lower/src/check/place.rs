//! Places: fields, dereferenced pointers, and assignment to them.

use quote::ToTokens;
use syn::spanned::Spanned;

use super::checker::Checker;
use super::rules;
use crate::catalogue::Problem;
use crate::ir::{Expr, Kind, Stmt};
use crate::text::{name_of, text_of};
use crate::ty::Ty;

impl Checker<'_> {
    pub(super) fn field(&mut self, field: &syn::ExprField) -> Option<Expr> {
        match self.any_field(field)? {
            (of_cell, true) => self.fail(field, Problem::CellAccess(text_of(field), of_cell.ty.to_string())),
            (value, false) => Some(value),
        }
    }

    /// Checks a field, and returns whether it belongs to an inline-cache cell: then it is not a value, but has methods.
    pub(super) fn any_field(&mut self, field: &syn::ExprField) -> Option<(Expr, bool)> {
        if self.operand(&field.base, &Ty::Vm).is_some() {
            return Some((self.vm_field(field)?, false));
        }
        let base = self.expr(&field.base, None)?;
        let is_cell = matches!(base.ty, Ty::Cell(_));
        let name = member(&field.member);
        let unknown = Problem::UnknownField { ty: base.ty.to_string(), field: name.clone() };
        let found = match &base.ty {
            Ty::Struct(of) | Ty::Cell(of) => {
                let fields = self.module.structs.get(of).map(|of| of.fields.as_slice()).unwrap_or_default();
                fields.iter().position(|(known, _)| *known == name).map(|index| (index, fields[index].1.clone()))
            }
            Ty::Tuple(types) => name.parse::<usize>().ok().and_then(|i| Some((i, types.get(i)?.clone()))),
            _ => None,
        };
        match found {
            Some((index, ty)) => Some((Expr::new(Kind::Field(base.boxed(), index), ty, field.span()), is_cell)),
            None => self.fail(&field.member, unknown),
        }
    }

    fn vm_field(&mut self, field: &syn::ExprField) -> Option<Expr> {
        let name = member(&field.member);
        match (name.as_str(), &self.module.context) {
            ("context", Some(context)) => Some(Expr::new(Kind::Context, Ty::Struct(context.clone()), field.span())),
            // The missing context is reported at the attribute.
            ("context", None) if self.module.args.context.is_some() => None,
            ("context", None) => self.fail(field, Problem::NoContext),
            ("host", _) => self.fail(field, Problem::HostAccess),
            _ => self.fail(&field.member, Problem::VmField(name)),
        }
    }

    pub(super) fn deref(&mut self, at: &impl ToTokens, pointer: Expr) -> Option<Expr> {
        self.behind(at, pointer, Kind::Deref)
    }

    /// Checks access to what is behind a pointer. `kind` is [`Kind::Deref`] or [`Kind::DerefUnaligned`].
    pub(super) fn behind(&mut self, at: &impl ToTokens, pointer: Expr, kind: fn(Box<Expr>) -> Kind) -> Option<Expr> {
        match &pointer.ty {
            Ty::Ptr { to, .. } if !matches!(**to, Ty::Opaque(_)) => {
                let to = (**to).clone();
                Some(Expr::new(kind(pointer.boxed()), to, at.span()))
            }
            ty => {
                let problem = Problem::DerefType(ty.to_string());
                self.fail(at, problem)
            }
        }
    }

    pub(super) fn assign(&mut self, assign: &syn::ExprAssign) -> Option<Expr> {
        if let syn::Expr::Infer(_) = &*assign.left {
            let value = self.expr(&assign.right, None)?;
            if !rules::can_be_variable(&value.ty) {
                return self.fail(&assign.right, Problem::FlowValue);
            }
            return Some(Expr::new(Kind::Block(vec![Stmt::Expr(value)], None), Ty::Unit, assign.span()));
        }
        let place = self.place(&assign.left)?;
        let value = self.expect(&assign.right, &place.ty.clone())?;
        Some(Expr::new(Kind::Assign(place.boxed(), value.boxed()), Ty::Unit, assign.span()))
    }

    /// Checks `place op= value`.
    pub(super) fn compound_assign(&mut self, binary: &syn::ExprBinary, op: &syn::BinOp) -> Option<Expr> {
        let span = binary.span();
        let place = self.place(&binary.left)?;
        let value = self.expr(&binary.right, Some(&place.ty))?;
        // C evaluates the place twice, so evaluating it must have no effects.
        if !is_simple(&place) {
            return self.fail(&binary.left, Problem::AssignTo);
        }
        // Rust evaluates the value before it reads the place.
        let (before, value) = if is_simple(&value) { (None, value) } else { self.kept(value) };
        let result = self.operate(binary, op, place.clone(), (value, &binary.right))?;
        Some(after(before, Expr::new(Kind::Assign(place.boxed(), result.boxed()), Ty::Unit, span)))
    }

    /// Checks `pointer.write(value)` and `pointer.write_unaligned(value)`, with the `kind` of place that is written. As
    /// with any method, the receiver is evaluated before the argument.
    pub(super) fn write(
        &mut self,
        call: &syn::ExprMethodCall,
        pointer: Expr,
        value: &syn::Expr,
        kind: fn(Box<Expr>) -> Kind,
    ) -> Option<Expr> {
        let to = self.behind(call, pointer.clone(), kind)?.ty;
        let value = self.expect(value, &to)?;
        let (before, pointer) = if is_simple(&value) { (None, pointer) } else { self.kept(pointer) };
        let place = self.behind(call, pointer, kind)?;
        Some(after(before, Expr::new(Kind::Assign(place.boxed(), value.boxed()), Ty::Unit, call.span())))
    }

    /// Checks `cell.field.set(value)`, with the same order.
    pub(super) fn set(&mut self, call: &syn::ExprMethodCall, field: Expr, value: &syn::Expr) -> Option<Expr> {
        let value = self.expect(value, &field.ty)?;
        let (before, field) = match field {
            Expr { kind: Kind::Field(base, index), ty, span } if !is_simple(&base) => {
                let (before, base) = self.kept(*base);
                (before, Expr::new(Kind::Field(base.boxed(), index), ty, span))
            }
            field => (None, field),
        };
        Some(after(before, Expr::new(Kind::Assign(field.boxed(), value.boxed()), Ty::Unit, call.span())))
    }

    /// Puts a value into a variable.
    fn kept(&mut self, value: Expr) -> (Option<Stmt>, Expr) {
        let local = self.temporary("kept", value.ty.clone());
        let kept = self.local(local, value.span);
        (Some(Stmt::Let(local, Some(value))), kept)
    }

    fn place(&mut self, expr: &syn::Expr) -> Option<Expr> {
        let place = self.expr(expr, None)?;
        if is_place(&place) { Some(place) } else { self.fail(expr, Problem::AssignTo) }
    }
}

fn is_place(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Local(_) => !matches!(expr.ty, Ty::Vm | Ty::Cell(_) | Ty::Label | Ty::Labels | Ty::Window),
        Kind::Deref(_) => true,
        // Only `set` changes a cell: `get` returns a copy.
        Kind::Field(base, _) => matches!(base.kind, Kind::Context) || is_place(base),
        _ => false,
    }
}

/// Returns `{ before; expr }`.
fn after(before: Option<Stmt>, expr: Expr) -> Expr {
    let Some(before) = before else { return expr };
    let (ty, span) = (expr.ty.clone(), expr.span);
    Expr::new(Kind::Block(vec![before], Some(expr.boxed())), ty, span)
}

/// Returns `true` if evaluating the expression only reads.
fn is_simple(expr: &Expr) -> bool {
    let mut simple = true;
    expr.walk(&mut |part| {
        simple &= match &part.kind {
            Kind::Block(statements, _) => statements.is_empty(),
            kind => matches!(
                kind,
                Kind::Int(_)
                    | Kind::Float(_)
                    | Kind::Bool(_)
                    | Kind::Unit
                    | Kind::Local(_)
                    | Kind::Const(_)
                    | Kind::Context
                    | Kind::FunctionWord
                    | Kind::Field(..)
                    | Kind::Deref(_)
                    | Kind::DerefUnaligned(_)
                    | Kind::Not(_)
                    | Kind::Expect(..)
                    | Kind::Negate(_)
                    | Kind::Binary(..)
                    | Kind::And(..)
                    | Kind::Or(..)
                    | Kind::Cast(_)
                    | Kind::Intrinsic(..)
            ),
        };
    });
    simple
}

pub(super) fn member(member: &syn::Member) -> String {
    match member {
        syn::Member::Named(name) => name_of(name),
        syn::Member::Unnamed(index) => index.index.to_string(),
    }
}
