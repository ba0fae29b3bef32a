//! The structs of the module → [`Structs`](crate::ty::Structs), with what their layout must be.

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
    /// Structs come first: everything else names them.
    pub(super) fn read_structs(&mut self, items: &[Item], errors: &mut Errors) {
        let structs = items.iter().filter_map(|item| match item {
            Item::Struct(item) => Some(item),
            _ => None,
        });
        // All names are known before any field is typed, so that structs can point to each other.
        for item in structs.clone() {
            let name = name_of(&item.ident);
            self.structs.insert(name.clone(), Struct { name, fields: Vec::new() });
        }
        for item in structs {
            let fields = self.read_struct(item, errors);
            let name = name_of(&item.ident);
            self.structs.insert(name.clone(), Struct { name, fields });
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
            match types::read_lenient(&field.ty, self) {
                // Its layout would have no end, which rustc says better.
                Some(Ty::Struct(of)) if self.is_inside(&of, &name) => {
                    errors.on(&field.ty, Problem::StructField(of));
                }
                Some(ty @ (Ty::Scalar(_) | Ty::Usize | Ty::Isize | Ty::Ptr { .. } | Ty::Struct(_) | Ty::Callee)) => {
                    fields.push((field_name, ty));
                }
                _ => errors.on(&field.ty, Problem::StructField(text_of(&field.ty))),
            }
        }
        fields
    }

    /// Is the struct `outer` the struct `inner`, or does it contain it?
    fn is_inside(&self, outer: &str, inner: &str) -> bool {
        let fields = self.structs.get(outer).map(|of| of.fields.as_slice()).unwrap_or_default();
        outer == inner || fields.iter().any(|(_, ty)| matches!(ty, Ty::Struct(of) if self.is_inside(of, inner)))
    }
}

/// Is the layout of the struct that of C? What changes it is refused by name.
fn read_repr(item: &syn::ItemStruct, errors: &mut Errors) -> bool {
    let mut fixed = false;
    for attr in item.attrs.iter().filter(|attr| attr.path().is_ident("repr")) {
        let _ = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("C") || meta.path.is_ident("transparent") {
                fixed = true;
            } else {
                let (name, argument) = (name_of(&item.ident), text_of(&meta.path));
                errors.on(&meta.path, Problem::StructLayout { name, argument });
                // It is not missing, it is wrong.
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

/// Does the struct already say that it can be copied?
pub(crate) fn derives_copy(attrs: &[Attribute]) -> bool {
    attrs.iter().filter(|attr| attr.path().is_ident("derive")).any(|attr| {
        let text = attr.meta.to_token_stream().to_string();
        text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "Copy")
    })
}
