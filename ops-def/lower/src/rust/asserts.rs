//! What must agree between the build half and rustc → `const` assertions, and the check of reviewed stencils.

use mimeo_def::Fingerprint;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use super::info;
use crate::module::Module;
use crate::op::StencilWish;
use crate::set::Set;
use crate::ty;

/// The layouts that the C assumes are those that rustc has chosen.
pub(super) fn layouts(module: &Module) -> TokenStream {
    let structs = module.structs.values().filter_map(|of| {
        let (layout, offsets) = ty::struct_layout(of, &module.structs)?;
        let name = format_ident!("{}", of.name);
        let (size, align) = (layout.size as usize, layout.align as usize);
        let message = format!("stencils assume another layout of `{}`: write plain `#[repr(C)]`", of.name);
        let fields = of.fields.iter().zip(offsets).map(|((field, _), offset)| {
            let field: TokenStream = field.parse().unwrap_or_default();
            let offset = offset as usize;
            quote!(assert!(::core::mem::offset_of!(#name, #field) == #offset, #message);)
        });
        Some(quote! {
            const _: () = {
                #(#fields)*
                assert!(size_of::<#name>() == #size && align_of::<#name>() == #align, #message);
            };
        })
    });
    quote! {
        #(#structs)*
        const _: () = assert!(
            ::core::mem::offset_of!(::mimeo::Vm<Ops>, context) == ::mimeo::def::frame::CORE_BYTES,
            "the context has a larger alignment than 16"
        );
    }
}

/// The table was made from these very ops.
pub(super) fn table(set: &Set) -> TokenStream {
    let count = set.ops.len();
    let ops = set.ops.iter().zip(&set.fingerprints).enumerate().map(|(index, (op, fingerprint))| {
        let def = &set.module.ops[op.def];
        let name = &op.name;
        let expected = info::fingerprint(fingerprint);
        let missing = format!("the stencil table has no op `{name}` here: build again, so that the table is renewed");
        let parts = [
            ("operands", "the operands of"),
            ("body", "the body of"),
            ("reached", "a helper, constant or runtime function of"),
            ("layout", "a layout or the stencil ABI under"),
        ];
        let parts = parts.map(|(field, what)| {
            let field = format_ident!("{field}");
            let message = format!("the stencil of `{name}` is stale: {what} the op changed after the table was made");
            quote!(assert!(found.#field == expected.#field, #message);)
        });
        let span = def.function.sig.ident.span();
        quote_spanned! {span=>
            const _: () = {
                assert!(TABLE.is_op(#index, #name), #missing);
                let (found, expected) = (TABLE.ops[#index].fingerprint, #expected);
                #(#parts)*
            };
        }
    });
    quote! {
        const _: () = assert!(
            TABLE.abi == ::mimeo::def::frame::STENCIL_ABI,
            "the stencil table was made by another version of mimeo-build"
        );
        #(#ops)*
        const _: () = assert!(TABLE.ops.len() == #count, "the stencil table has ops that the instruction set has not");
    }
}

/// A hand-written stencil was reviewed against the op as it is now.
pub(super) fn reviewed(set: &Set) -> Option<syn::Error> {
    let mut all: Option<syn::Error> = None;
    for (op, now) in set.ops.iter().zip(&set.fingerprints) {
        let StencilWish::Handwritten { path, reviewed, span } = &set.module.ops[op.def].stencil else { continue };
        let what = match Fingerprint::parse(reviewed) {
            Some(then) if then == *now => continue,
            Some(then) => {
                let changed: Vec<&str> = then.differences(now).collect();
                format!("`{}` changed after its stencil was reviewed: {}", op.name, changed.join(", "))
            }
            None => format!("`{reviewed}` is no fingerprint: it has 32 hexadecimal digits"),
        };
        let text = format!("{what}\nhelp: compare `{path}` with the op, then write `reviewed = \"{now}\"`");
        let error = syn::Error::new(span.0, text);
        match &mut all {
            Some(all) => all.combine(error),
            None => all = Some(error),
        }
    }
    all
}
