//! Places: fields, dereferenced pointers, and assignment to them.

use syn::spanned::Spanned;

use super::Checker;
use crate::catalogue::Problem;
use crate::ir::{Expr, Kind};
use crate::ty::Ty;

impl Checker<'_> {
    pub(super) fn field(&mut self, field: &syn::ExprField) -> Option<Expr> {
        if let Some(name) = self.vm_field(field) {
            return match (name.as_str(), &self.module.context) {
                ("context", Some(context)) => {
                    Some(Expr::new(Kind::Context, Ty::Struct(context.clone()), field.span()))
                }
                _ => self.fail(field, Problem::VmField(name)),
            };
        }
        if let syn::Expr::Field(inner) = &*field.base
            && self.vm_field(inner).as_deref() == Some("host")
        {
            let name = member(&field.member);
            return self.fail(field, Problem::HostAccess(name));
        }
        let base = self.expr(&field.base, None)?;
        let name = member(&field.member);
        let unknown = Problem::UnknownField { ty: base.ty.to_string(), field: name.clone() };
        match &base.ty {
            Ty::Struct(of) | Ty::Cell(of) => {
                let found = self.module.structs.get(of).and_then(|of| {
                    of.fields.iter().enumerate().find(|(_, (known, _))| *known == name).map(|(i, (_, ty))| (i, ty.clone()))
                });
                match found {
                    Some((index, ty)) => Some(Expr::new(Kind::Field(base.boxed(), index), ty, field.span())),
                    None => self.fail(&field.member, unknown),
                }
            }
            Ty::Tuple(types) => match name.parse::<usize>().ok().and_then(|i| Some((i, types.get(i)?.clone()))) {
                Some((index, ty)) => Some(Expr::new(Kind::Field(base.boxed(), index), ty, field.span())),
                None => self.fail(&field.member, unknown),
            },
            _ => self.fail(&field.member, unknown),
        }
    }

    /// The field's name, if this is a field of `vm` itself.
    fn vm_field(&self, field: &syn::ExprField) -> Option<String> {
        let syn::Expr::Path(path) = &*field.base else { return None };
        let local = self.lookup(&path.path.get_ident()?.to_string())?;
        (*self.ty_of(local) == Ty::Vm).then(|| member(&field.member))
    }

    pub(super) fn deref(&mut self, at: &impl Spanned, pointer: Expr) -> Option<Expr> {
        match &pointer.ty {
            Ty::Ptr { to, .. } if !matches!(**to, Ty::Opaque(_)) => {
                let to = (**to).clone();
                Some(Expr::new(Kind::Deref(pointer.boxed()), to, at.span()))
            }
            ty => {
                let problem = Problem::DerefType(ty.to_string());
                self.fail(at, problem)
            }
        }
    }

    pub(super) fn assign(&mut self, assign: &syn::ExprAssign) -> Option<Expr> {
        let place = self.place(&assign.left)?;
        let value = self.expect(&assign.right, &place.ty.clone())?;
        Some(Expr::new(Kind::Assign(place.boxed(), value.boxed()), Ty::Unit, assign.span()))
    }

    /// `place op= value`
    pub(super) fn compound_assign(&mut self, binary: &syn::ExprBinary, op: &syn::BinOp) -> Option<Expr> {
        let place = self.place(&binary.left)?;
        let value = self.expr(&binary.right, Some(&place.ty))?;
        let result = self.operate(binary, op, place.clone(), value)?;
        // The place is evaluated twice in C, so evaluating it must not do anything.
        let mut does_something = false;
        place.walk(&mut |expr| does_something |= matches!(expr.kind, Kind::Helper(..) | Kind::Runtime(..)));
        if does_something {
            return self.fail(&binary.left, Problem::AssignTo);
        }
        Some(Expr::new(Kind::Assign(place.boxed(), result.boxed()), Ty::Unit, binary.span()))
    }

    fn place(&mut self, expr: &syn::Expr) -> Option<Expr> {
        let place = self.expr(expr, None)?;
        if is_place(&place) { Some(place) } else { self.fail(expr, Problem::AssignTo) }
    }
}

fn is_place(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Local(_) => !matches!(expr.ty, Ty::Vm | Ty::Cell(_) | Ty::Label | Ty::Window),
        Kind::Deref(_) => true,
        Kind::Field(base, _) => matches!(base.kind, Kind::Context) || matches!(base.ty, Ty::Cell(_)) || is_place(base),
        _ => false,
    }
}

fn member(member: &syn::Member) -> String {
    match member {
        syn::Member::Named(name) => name.to_string(),
        syn::Member::Unnamed(index) => index.index.to_string(),
    }
}
