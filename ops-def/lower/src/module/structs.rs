//! The structs of the module → [`Structs`](crate::ty::Structs), with checks of their layout.

use quote::ToTokens;
use syn::{Attribute, Item};

use super::Module;
use crate::catalogue::Problem;
use crate::errors::Errors;
use crate::names;
use crate::text::{name_of, text_of};
use crate::ty::{Struct, Ty};
use crate::types;

impl Module {
    /// Reads the structs, before everything else, which names them.
    pub(super) fn read_structs(&mut self, items: &[Item], errors: &mut Errors) {
        let structs = items.iter().filter_map(|item| match item {
            Item::Struct(item) => Some(item),
            _ => None,
        });
        // All names are known before any field is typed, so that structs can point to each other.
        for item in structs.clone() {
            let name = name_of(&item.ident);
            if item.fields.iter().any(|field| types::in_cell(&field.ty).is_some()) {
                self.cells.insert(name.clone());
            }
            self.structs.insert(name.clone(), Struct { name, fields: Vec::new() });
        }
        for item in structs.clone() {
            let fields = self.read_struct(item, errors);
            let name = name_of(&item.ident);
            self.structs.insert(name.clone(), Struct { name, fields });
        }
        for item in structs.filter(|item| self.cells.contains(&name_of(&item.ident))) {
            self.check_cell(item, errors);
        }
    }

    fn read_struct(&mut self, item: &syn::ItemStruct, errors: &mut Errors) -> Vec<(String, Ty)> {
        let name = name_of(&item.ident);
        self.check_name(&item.ident, names::struct_is_reserved(&name), errors);
        if !item.generics.params.is_empty() {
            errors.on(&item.generics, Problem::GenericItem("struct"));
        }
        if !read_repr(item, errors) {
            errors.on(&item.ident, Problem::StructRepr(name.clone()));
        }
        let mut fields = Vec::new();
        for (index, field) in item.fields.iter().enumerate() {
            let field_name = field.ident.as_ref().map_or_else(|| index.to_string(), name_of);
            let of = match types::in_cell(&field.ty) {
                Some(of) => of,
                None if self.cells.contains(&name) => {
                    let plain = types::in_named_cell(&field.ty).map_or(&field.ty, |(_, inner)| inner);
                    errors.on(&field.ty, Problem::CellField(text_of(plain)));
                    continue;
                }
                None => &field.ty,
            };
            match types::read_lenient(of, self) {
                // Its size would be infinite, which rustc reports better.
                Some(Ty::Struct(of)) if self.is_inside(&of, &name) => {
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
    fn check_cell(&self, item: &syn::ItemStruct, errors: &mut Errors) {
        for of in item.fields.iter().filter_map(|field| types::in_cell(&field.ty)) {
            if types::read_lenient(of, self).is_some_and(|ty| self.holds_callee(&ty)) {
                errors.on(of, Problem::CellCallee);
            }
        }
    }

    /// Returns `true` if a value of the type contains a `Callee`.
    fn holds_callee(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Callee => true,
            Ty::Struct(name) => {
                self.structs.get(name).is_some_and(|of| of.fields.iter().any(|(_, ty)| self.holds_callee(ty)))
            }
            _ => false,
        }
    }

    /// Returns `true` if the struct `outer` is the struct `inner` or contains it.
    fn is_inside(&self, outer: &str, inner: &str) -> bool {
        let fields = self.structs.get(outer).map(|of| of.fields.as_slice()).unwrap_or_default();
        outer == inner || fields.iter().any(|(_, ty)| matches!(ty, Ty::Struct(of) if self.is_inside(of, inner)))
    }
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
