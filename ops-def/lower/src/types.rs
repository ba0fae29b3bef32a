//! `syn::Type` → [`Ty`].

use syn::{GenericArgument, PathArguments, Type};

use crate::catalogue::Problem;
use crate::errors::Errors;
use crate::module::Module;
use crate::text::{name_of, text_of};
use crate::ty::Ty;

/// Reads a type, and reports one that the op language does not have.
pub(crate) fn read(ty: &Type, module: &Module, self_ty: Option<&str>, errors: &mut Errors) -> Option<Ty> {
    report(ty, convert(ty, module, self_ty), errors)
}

/// Reads the type that a pointer points to, which may be one that the op language does not have.
pub(crate) fn read_pointed_to(ty: &Type, module: &Module, self_ty: Option<&str>, errors: &mut Errors) -> Option<Ty> {
    report(ty, convert_pointed_to(ty, module, self_ty), errors)
}

fn report(ty: &Type, converted: Result<Ty, Problem>, errors: &mut Errors) -> Option<Ty> {
    match converted {
        Ok(ty) => Some(ty),
        Err(problem) => {
            errors.on(ty, problem);
            None
        }
    }
}

/// Reads a type without reporting anything.
pub(crate) fn read_lenient(ty: &Type, module: &Module) -> Option<Ty> {
    convert(ty, module, None).ok()
}

fn convert(ty: &Type, module: &Module, self_ty: Option<&str>) -> Result<Ty, Problem> {
    let refused = || Err(Problem::TypeForm(text_of(ty)));
    match ty {
        Type::Paren(inner) => convert(&inner.elem, module, self_ty),
        Type::Group(inner) => convert(&inner.elem, module, self_ty),
        Type::Never(_) => Ok(Ty::Never),
        Type::Tuple(tuple) if tuple.elems.is_empty() => Ok(Ty::Unit),
        Type::Tuple(tuple) => {
            let last = tuple.elems.len() - 1;
            let part = |(index, ty): (usize, &Type)| match convert(ty, module, self_ty) {
                // What an op hands back can be values and where to go.
                Ok(Ty::Flow) if index == last && index > 0 => Ok(Ty::Flow),
                _ => convert_data(ty, module, self_ty),
            };
            tuple.elems.iter().enumerate().map(part).collect::<Result<_, _>>().map(Ty::Tuple)
        }
        Type::Ptr(pointer) => {
            let to = convert_pointed_to(&pointer.elem, module, self_ty)?;
            Ok(Ty::Ptr { mutable: pointer.mutability.is_some(), to: Box::new(to) })
        }
        Type::Reference(reference) if reference.mutability.is_some() => match &*reference.elem {
            Type::Path(path) if path.qself.is_none() => match convert_path(path, module, self_ty)? {
                Ty::Vm => Ok(Ty::Vm),
                Ty::Struct(name) => Ok(Ty::Cell(name)),
                _ => refused(),
            },
            _ => refused(),
        },
        Type::Path(path) if path.qself.is_none() => match convert_path(path, module, self_ty)? {
            // There are references to the machine, and not the machine itself.
            Ty::Vm => refused(),
            ty => Ok(ty),
        },
        _ => refused(),
    }
}

/// A type inside an `Option`, a tuple, a `Result`: one of which variables can be.
fn convert_data(ty: &Type, module: &Module, self_ty: Option<&str>) -> Result<Ty, Problem> {
    match convert(ty, module, self_ty)? {
        Ty::Never | Ty::Flow | Ty::Thrown | Ty::Label | Ty::Window | Ty::Vm | Ty::Cell(_) => {
            Err(Problem::TypeForm(text_of(ty)))
        }
        Ty::Tuple(parts) if parts.contains(&Ty::Flow) => Err(Problem::TypeForm(text_of(ty))),
        data => Ok(data),
    }
}

/// Only what has the same layout in Rust and in C can be read through a pointer.
fn convert_pointed_to(ty: &Type, module: &Module, self_ty: Option<&str>) -> Result<Ty, Problem> {
    let wide = match ty {
        Type::Slice(_) | Type::TraitObject(_) => true,
        Type::Path(path) => path.path.is_ident("str"),
        _ => false,
    };
    match convert(ty, module, self_ty) {
        // Such a pointer is two words.
        _ if wide => Err(Problem::TypeForm(text_of(ty))),
        Ok(ty @ (Ty::Scalar(_) | Ty::Usize | Ty::Isize | Ty::Ptr { .. } | Ty::Struct(_) | Ty::Callee)) => Ok(ty),
        _ => Ok(Ty::Opaque(text_of(ty))),
    }
}

fn convert_path(path: &syn::TypePath, module: &Module, self_ty: Option<&str>) -> Result<Ty, Problem> {
    let refused = || Err(Problem::TypeForm(text_of(path)));
    let Some(last) = path.path.segments.last() else { return refused() };
    let name = name_of(&last.ident);
    let alone = path.path.segments.len() == 1 && path.path.leading_colon.is_none();
    match &last.arguments {
        PathArguments::None if alone => match self_ty {
            Some(self_ty) if name == "Self" => Ok(Ty::Struct(self_ty.to_owned())),
            _ if module.structs.contains_key(&name) => Ok(Ty::Struct(name)),
            _ => Ty::from_name(&name).ok_or(Problem::UnknownType(name)),
        },
        PathArguments::None => Err(Problem::UnknownType(text_of(path))),
        PathArguments::AngleBracketed(arguments) if alone => {
            let types: Vec<&Type> = arguments
                .args
                .iter()
                .filter_map(|argument| match argument {
                    GenericArgument::Type(ty) => Some(ty),
                    _ => None,
                })
                .collect();
            match (name.as_str(), types.as_slice()) {
                ("Option", [of]) => Ok(Ty::Option(Box::new(convert_data(of, module, self_ty)?))),
                ("Result", [of, error]) if convert(error, module, self_ty)? == Ty::Thrown => {
                    let of = match convert(of, module, self_ty)? {
                        Ty::Flow => Ty::Flow,
                        Ty::Tuple(parts) => Ty::Tuple(parts),
                        _ => convert_data(of, module, self_ty)?,
                    };
                    Ok(Ty::Result(Box::new(of)))
                }
                _ => refused(),
            }
        }
        _ => refused(),
    }
}
