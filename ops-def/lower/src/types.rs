//! `syn::Type` → [`Ty`].

use syn::{GenericArgument, PathArguments, Type};

use crate::catalogue::Problem;
use crate::errors::Errors;
use crate::text::{name_of, text_of};
use crate::ty::{self, Structs, Ty};

/// Reads a type, and reports a type that the op language lacks.
pub(crate) fn read(ty: &Type, structs: &Structs, self_ty: Option<&str>, errors: &mut Errors) -> Option<Ty> {
    report(ty, convert(ty, structs, self_ty), errors)
}

/// Reads the type that a pointer points to, which can be a type that the op language lacks.
pub(crate) fn read_pointed_to(ty: &Type, structs: &Structs, self_ty: Option<&str>, errors: &mut Errors) -> Option<Ty> {
    report(ty, convert_pointed_to(ty, structs, self_ty), errors)
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
pub(crate) fn read_lenient(ty: &Type, structs: &Structs) -> Option<Ty> {
    convert(ty, structs, None).ok()
}

fn convert(ty: &Type, structs: &Structs, self_ty: Option<&str>) -> Result<Ty, Problem> {
    let refused = || Err(Problem::TypeForm(text_of(ty)));
    match ty {
        Type::Paren(inner) => convert(&inner.elem, structs, self_ty),
        Type::Group(inner) => convert(&inner.elem, structs, self_ty),
        Type::Never(_) => Ok(Ty::Never),
        Type::Tuple(tuple) if tuple.elems.is_empty() => Ok(Ty::Unit),
        Type::Tuple(tuple) => {
            let last = tuple.elems.len() - 1;
            let part = |(index, ty): (usize, &Type)| match convert(ty, structs, self_ty) {
                // An op can return values and a flow.
                Ok(Ty::Flow) if index == last && index > 0 => Ok(Ty::Flow),
                _ => convert_data(ty, structs, self_ty),
            };
            tuple.elems.iter().enumerate().map(part).collect::<Result<_, _>>().map(Ty::Tuple)
        }
        Type::Ptr(pointer) => {
            let to = convert_pointed_to(&pointer.elem, structs, self_ty)?;
            Ok(Ty::Ptr { mutable: pointer.mutability.is_some(), to: Box::new(to) })
        }
        Type::Reference(reference) => convert_reference(reference, structs, self_ty),
        _ if in_cell(ty).is_some() => Err(Problem::CellType(text_of(ty))),
        Type::Path(path) if path.qself.is_none() => match convert_path(path, structs, self_ty)? {
            // The machine and cells exist only behind references.
            Ty::Vm => Err(Problem::VmReference(text_of(ty))),
            Ty::Struct(name) if ty::is_cell(&name, structs) => Err(Problem::CellByValue(name)),
            ty => Ok(ty),
        },
        _ => refused(),
    }
}

/// Reads `&mut Vm`, or `&` of an inline-cache cell.
fn convert_reference(reference: &syn::TypeReference, structs: &Structs, self_ty: Option<&str>) -> Result<Ty, Problem> {
    let refused = || Err(Problem::TypeForm(text_of(reference)));
    let path = match &*reference.elem {
        elem if in_cell(elem).is_some() => return Err(Problem::CellType(text_of(elem))),
        Type::Path(path) if path.qself.is_none() => path,
        _ => return refused(),
    };
    match convert_path(path, structs, self_ty)? {
        Ty::Vm if reference.lifetime.is_some() => Err(Problem::Lifetime),
        Ty::Vm if reference.mutability.is_some() => Ok(Ty::Vm),
        Ty::Vm => Err(Problem::VmReference(text_of(reference))),
        Ty::Struct(name) if reference.mutability.is_some() || reference.lifetime.is_some() => {
            Err(Problem::CellReference(name))
        }
        Ty::Struct(name) if ty::is_cell(&name, structs) => Ok(Ty::Cell(name)),
        Ty::Struct(name) => Err(Problem::NoCell(name)),
        _ => refused(),
    }
}

/// Returns the type inside a `Cell<T>`, with or without a path before it.
pub(crate) fn in_cell(ty: &Type) -> Option<&Type> {
    let (path, inner) = in_named_cell(ty)?;
    let names: Vec<String> = path.segments.iter().map(|segment| name_of(&segment.ident)).collect();
    match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["Cell"] if path.leading_colon.is_none() => Some(inner),
        ["std" | "core", "cell", "Cell"] => Some(inner),
        _ => None,
    }
}

/// Returns the path of a type called `Cell<T>`, and the type inside.
pub(crate) fn in_named_cell(ty: &Type) -> Option<(&syn::Path, &Type)> {
    let path = match ty {
        Type::Paren(inner) => return in_named_cell(&inner.elem),
        Type::Group(inner) => return in_named_cell(&inner.elem),
        Type::Path(path) if path.qself.is_none() => &path.path,
        _ => return None,
    };
    let last = path.segments.last().filter(|last| last.ident == "Cell")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.iter().collect::<Vec<_>>().as_slice() {
        [GenericArgument::Type(inner)] => Some((path, inner)),
        _ => None,
    }
}

/// Returns the struct of the module that a type names.
pub(crate) fn struct_name(ty: &Type, structs: &Structs) -> Option<String> {
    match ty {
        Type::Paren(inner) => struct_name(&inner.elem, structs),
        Type::Group(inner) => struct_name(&inner.elem, structs),
        Type::Path(path) => path.path.get_ident().map(name_of).filter(|name| structs.contains_key(name)),
        _ => None,
    }
}

/// Reads a type inside an `Option`, tuple or `Result`, which must be a type that variables can have.
fn convert_data(ty: &Type, structs: &Structs, self_ty: Option<&str>) -> Result<Ty, Problem> {
    match convert(ty, structs, self_ty)? {
        Ty::Never | Ty::Flow | Ty::Thrown | Ty::Label | Ty::Labels | Ty::Window | Ty::Vm | Ty::Cell(_) => {
            Err(Problem::TypeForm(text_of(ty)))
        }
        Ty::Tuple(parts) if parts.contains(&Ty::Flow) => Err(Problem::TypeForm(text_of(ty))),
        data => Ok(data),
    }
}

/// Reads the type behind a pointer: only types with the same layout in Rust and C can be read through it.
fn convert_pointed_to(ty: &Type, structs: &Structs, self_ty: Option<&str>) -> Result<Ty, Problem> {
    let wide = match ty {
        Type::Slice(_) | Type::TraitObject(_) => true,
        Type::Path(path) => path.path.is_ident("str"),
        _ => false,
    };
    match convert(ty, structs, self_ty) {
        // A pointer to an unsized type has two words.
        _ if wide => Err(Problem::TypeForm(text_of(ty))),
        Ok(ty @ (Ty::Scalar(_) | Ty::Usize | Ty::Isize | Ty::Ptr { .. } | Ty::Struct(_) | Ty::Callee)) => Ok(ty),
        _ => Ok(Ty::Opaque(text_of(ty))),
    }
}

fn convert_path(path: &syn::TypePath, structs: &Structs, self_ty: Option<&str>) -> Result<Ty, Problem> {
    let refused = || Err(Problem::TypeForm(text_of(path)));
    let Some(last) = path.path.segments.last() else { return refused() };
    let name = name_of(&last.ident);
    let alone = path.path.segments.len() == 1 && path.path.leading_colon.is_none();
    match &last.arguments {
        PathArguments::None if alone => match self_ty {
            Some(self_ty) if name == "Self" => Ok(Ty::Struct(self_ty.to_owned())),
            _ if structs.contains_key(&name) => Ok(Ty::Struct(name)),
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
                ("Option", [of]) => Ok(Ty::Option(Box::new(convert_data(of, structs, self_ty)?))),
                ("Result", [of, error]) if convert(error, structs, self_ty)? == Ty::Thrown => {
                    let of = match convert(of, structs, self_ty)? {
                        Ty::Flow => Ty::Flow,
                        Ty::Tuple(parts) => Ty::Tuple(parts),
                        _ => convert_data(of, structs, self_ty)?,
                    };
                    Ok(Ty::Result(Box::new(of)))
                }
                _ => refused(),
            }
        }
        _ => refused(),
    }
}
