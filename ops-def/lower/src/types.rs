//! `syn::Type` → [`Ty`].

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type};

use crate::catalogue::Problem;
use crate::errors::Errors;
use crate::module::Module;
use crate::ty::Ty;

/// Reads a type, and reports one that the op language does not have.
pub(crate) fn read(ty: &Type, module: &Module, self_ty: Option<&str>, errors: &mut Errors) -> Option<Ty> {
    match convert(ty, module, self_ty, false) {
        Ok(ty) => Some(ty),
        Err(problem) => {
            errors.on(ty, problem);
            None
        }
    }
}

/// Reads a type without reporting anything.
pub(crate) fn read_lenient(ty: &Type, module: &Module) -> Option<Ty> {
    convert(ty, module, None, false).ok()
}

fn convert(ty: &Type, module: &Module, self_ty: Option<&str>, pointed_to: bool) -> Result<Ty, Problem> {
    let text = || ty.to_token_stream().to_string();
    match ty {
        Type::Paren(inner) => convert(&inner.elem, module, self_ty, pointed_to),
        Type::Group(inner) => convert(&inner.elem, module, self_ty, pointed_to),
        Type::Never(_) => Ok(Ty::Never),
        Type::Tuple(tuple) if tuple.elems.is_empty() => Ok(Ty::Unit),
        Type::Tuple(tuple) => {
            tuple.elems.iter().map(|ty| convert(ty, module, self_ty, false)).collect::<Result<_, _>>().map(Ty::Tuple)
        }
        Type::Ptr(pointer) => {
            let to = convert(&pointer.elem, module, self_ty, true)?;
            Ok(Ty::Ptr { mutable: pointer.mutability.is_some(), to: Box::new(to) })
        }
        Type::Reference(reference) if reference.mutability.is_some() => {
            match convert(&reference.elem, module, self_ty, false)? {
                Ty::Vm => Ok(Ty::Vm),
                Ty::Struct(name) => Ok(Ty::Cell(name)),
                _ => Err(Problem::TypeForm(text())),
            }
        }
        Type::Path(path) if path.qself.is_none() => convert_path(path, module, self_ty, pointed_to),
        _ if pointed_to => Ok(Ty::Opaque(text())),
        _ => Err(Problem::TypeForm(text())),
    }
}

fn convert_path(
    path: &syn::TypePath,
    module: &Module,
    self_ty: Option<&str>,
    pointed_to: bool,
) -> Result<Ty, Problem> {
    let text = || path.to_token_stream().to_string();
    let Some(last) = path.path.segments.last() else { return Err(Problem::TypeForm(text())) };
    let name = last.ident.to_string();
    match (&last.arguments, name.as_str()) {
        (PathArguments::None, "Self") if self_ty.is_some() => Ok(Ty::Struct(self_ty.unwrap_or_default().into())),
        (PathArguments::None, _) if path.path.segments.len() == 1 => {
            if module.structs.contains_key(&name) {
                Ok(Ty::Struct(name))
            } else if let Some(ty) = Ty::from_name(&name) {
                Ok(ty)
            } else if pointed_to {
                Ok(Ty::Opaque(name))
            } else {
                Err(Problem::UnknownType(name))
            }
        }
        (PathArguments::AngleBracketed(arguments), "Option" | "Result") => {
            let types: Vec<&Type> = arguments
                .args
                .iter()
                .filter_map(|argument| match argument {
                    GenericArgument::Type(ty) => Some(ty),
                    _ => None,
                })
                .collect();
            match (name.as_str(), types.as_slice()) {
                ("Option", [of]) => Ok(Ty::Option(Box::new(convert(of, module, self_ty, false)?))),
                ("Result", [of, error]) if convert(error, module, self_ty, false)? == Ty::Thrown => {
                    Ok(Ty::Result(Box::new(convert(of, module, self_ty, false)?)))
                }
                _ => Err(Problem::TypeForm(text())),
            }
        }
        _ if pointed_to => Ok(Ty::Opaque(text())),
        (PathArguments::None, _) => Err(Problem::UnknownType(text())),
        _ => Err(Problem::TypeForm(text())),
    }
}
