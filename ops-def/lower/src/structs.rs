//! The structs of the module → [`Structs`](crate::ty::Structs), with checks of their layout.

use quote::ToTokens;
use syn::{Attribute, Item};

use crate::catalogue::Problem;
use crate::errors::Errors;
use crate::names;
use crate::text::{name_of, text_of};
use crate::ty::{self, Struct, Structs, Ty};
use crate::types;

/// Reads the structs, before everything else, which names them. Returns `true` beside them if generated code has an item
/// with the name of one.
pub(crate) fn read(items: &[Item], errors: &mut Errors) -> (Structs, bool) {
    let items = items.iter().filter_map(|item| match item {
        Item::Struct(item) => Some(item),
        _ => None,
    });
    let mut structs = Structs::new();
    let mut clashes = false;
    // All names are known before any field is typed, so that structs can point to each other.
    for item in items.clone() {
        let name = name_of(&item.ident);
        let has_cell = item.fields.iter().any(|field| types::in_cell(&field.ty).is_some());
        let is_cell = has_cell || ty::is_cell(&name, &structs);
        structs.insert(name.clone(), Struct { name, fields: Vec::new(), is_cell });
    }
    for item in items.clone() {
        let name = name_of(&item.ident);
        clashes |= names::check(&item.ident, names::struct_is_reserved(&name), errors);
        let fields = read_fields(item, &structs, errors);
        let is_cell = ty::is_cell(&name, &structs);
        structs.insert(name.clone(), Struct { name, fields, is_cell });
    }
    for item in items.filter(|item| ty::is_cell(&name_of(&item.ident), &structs)) {
        check_cell(item, &structs, errors);
    }
    (structs, clashes)
}

fn read_fields(item: &syn::ItemStruct, structs: &Structs, errors: &mut Errors) -> Vec<(String, Ty)> {
    let name = name_of(&item.ident);
    errors.on_generics(&item.generics, Problem::GenericItem("struct"));
    if !read_repr(item, errors) {
        errors.on(&item.ident, Problem::StructRepr(name.clone()));
    }
    let mut fields = Vec::new();
    for (index, field) in item.fields.iter().enumerate() {
        let field_name = field.ident.as_ref().map_or_else(|| index.to_string(), name_of);
        let of = match types::in_cell(&field.ty) {
            Some(of) => of,
            None if ty::is_cell(&name, structs) => {
                let plain = types::in_named_cell(&field.ty).map_or(&field.ty, |(_, inner)| inner);
                errors.on(&field.ty, Problem::CellField(text_of(plain)));
                continue;
            }
            None => &field.ty,
        };
        match types::read_lenient(of, structs) {
            // Its size would be infinite, which rustc reports better.
            Some(Ty::Struct(of)) if is_inside(&of, &name, structs) => {
                errors.on(&field.ty, Problem::StructField(of));
            }
            Some(ty @ (Ty::Scalar(_) | Ty::Usize | Ty::Isize | Ty::Ptr { .. } | Ty::Struct(_) | Ty::Callee)) => {
                fields.push((field_name, ty));
            }
            _ => errors.on(of, Problem::StructField(text_of(of))),
        }
    }
    fields
}

/// Checks an inline-cache cell: it starts as zeros, which are a value of every possible field except a `Callee`.
fn check_cell(item: &syn::ItemStruct, structs: &Structs, errors: &mut Errors) {
    for of in item.fields.iter().filter_map(|field| types::in_cell(&field.ty)) {
        if types::read_lenient(of, structs).is_some_and(|ty| holds_callee(&ty, structs)) {
            errors.on(of, Problem::CellCallee);
        }
    }
}

/// Returns `true` if a value of the type contains a `Callee`.
fn holds_callee(ty: &Ty, structs: &Structs) -> bool {
    match ty {
        Ty::Callee => true,
        Ty::Struct(name) => {
            structs.get(name).is_some_and(|of| of.fields.iter().any(|(_, ty)| holds_callee(ty, structs)))
        }
        _ => false,
    }
}

/// Returns `true` if the struct `outer` is the struct `inner` or contains it.
fn is_inside(outer: &str, inner: &str, structs: &Structs) -> bool {
    let fields = structs.get(outer).map(|of| of.fields.as_slice()).unwrap_or_default();
    outer == inner || fields.iter().any(|(_, ty)| matches!(ty, Ty::Struct(of) if is_inside(of, inner, structs)))
}

/// Returns `true` if the struct has the layout of C, and reports attributes that change the layout.
fn read_repr(item: &syn::ItemStruct, errors: &mut Errors) -> bool {
    let mut fixed = false;
    for attr in item.attrs.iter().filter(|attr| attr.path().is_ident("repr")) {
        let _ = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("C") || meta.path.is_ident("transparent") {
                fixed = true;
            } else {
                let (name, argument) = (name_of(&item.ident), text_of(&meta.path));
                errors.on(&meta.path, Problem::StructLayout { name, argument });
                // Wrong, but not missing.
                fixed = true;
            }
            if meta.input.peek(syn::token::Paren) {
                meta.input.parse::<proc_macro2::Group>()?;
            }
            Ok(())
        });
    }
    fixed
}

/// Returns `true` if the struct already derives `Copy`.
pub(crate) fn derives_copy(attrs: &[Attribute]) -> bool {
    attrs.iter().filter(|attr| attr.path().is_ident("derive")).any(|attr| {
        let text = attr.meta.to_token_stream().to_string();
        text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "Copy")
    })
}
