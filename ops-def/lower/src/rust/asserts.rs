//! What must agree between the build half and rustc → `const` assertions, and the check of reviewed stencils.

use mimeo_def::Fingerprint;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::info;
use crate::consts::Value;
use crate::module::Module;
use crate::op::StencilRequest;
use crate::set::Set;
use crate::text::{ident_of, name_of};
use crate::ty::{self, Ty};
use crate::types;

/// Asserts that rustc chose the layouts that the C assumes.
pub(super) fn layouts(module: &Module) -> TokenStream {
    let structs = module.structs.values().filter_map(|of| {
        let (layout, offsets) = ty::struct_layout(of, &module.structs)?;
        let (name, span) = (ident_of(&of.name), span(module, &of.name));
        let (size, align) = (layout.size as usize, layout.align as usize);
        let message = format!(
            "stencils assume a different layout of `{}`: write only `#[repr(C)]`, without pointers to unsized types",
            of.name
        );
        let drops = format!("stencils do not drop values: remove `impl Drop for {}`", of.name);
        let fields = of.fields.iter().zip(offsets).map(|((field, _), offset)| {
            let field = member(field);
            let offset = offset as usize;
            quote_spanned!(span=> assert!(::core::mem::offset_of!(#name, #field) == #offset, #message);)
        });
        let cells = cells(module, &of.name);
        Some(quote_spanned! {span=>
            const _: () = {
                #(#fields)*
                #(#cells)*
                assert!(size_of::<#name>() == #size && align_of::<#name>() == #align, #message);
                assert!(!::core::mem::needs_drop::<#name>(), #drops);
            };
        })
    });
    quote! {
        #(#structs)*
        const _: () = assert!(
            ::core::mem::offset_of!(::mimeo::Vm<Ops>, context) == ::mimeo::def::frame::CORE_BYTES,
            "the alignment of the context is larger than 16"
        );
    }
}

/// Asserts that the fields of an inline-cache cell are the standard library's `Cell`s, not other types of that name.
fn cells(module: &Module, name: &str) -> Vec<TokenStream> {
    let fields = item(module, name).into_iter().flat_map(|item| item.fields.members().zip(&item.fields));
    let fields = fields.filter_map(|(member, field)| {
        let (of, name) = (types::in_cell(&field.ty)?, ident_of(name));
        Some(quote_spanned! {field.ty.span()=>
            let _: fn(&#name) -> &::core::cell::Cell<#of> = |cell| &cell.#member;
        })
    });
    fields.collect()
}

fn item<'a>(module: &'a Module, name: &str) -> Option<&'a syn::ItemStruct> {
    module.items.iter().find_map(|item| match item {
        syn::Item::Struct(item) if name_of(&item.ident) == name => Some(item),
        _ => None,
    })
}

/// Returns the span of a struct's name.
fn span(module: &Module, name: &str) -> Span {
    item(module, name).map_or_else(Span::call_site, |item| item.ident.span())
}

/// Asserts that rustc evaluates the constants to the values that the C has.
pub(super) fn consts(module: &Module) -> TokenStream {
    let consts = module.consts.iter().map(|(name, constant)| {
        let path: Vec<_> = name.split("::").map(ident_of).collect();
        let message = format!("stencils assume a different value of `{name}`: write it as a plain number");
        let same = same(quote!(#(#path)::*), &constant.value, &constant.ty, module);
        quote!(
            const _: () = assert!(#same, #message);
        )
    });
    quote!(#(#consts)*)
}

/// Generates a check that the constant expression has this value.
fn same(expr: TokenStream, value: &Value, ty: &Ty, module: &Module) -> TokenStream {
    match value {
        Value::Int(int) => quote!((#expr) as i128 == #int),
        Value::Float(bits) if *ty == Ty::F32 => {
            let bits = *bits as u32;
            quote!((#expr).to_bits() == #bits)
        }
        Value::Float(bits) => quote!((#expr).to_bits() == #bits),
        Value::Bool(bool) => quote!((#expr) == #bool),
        Value::Struct(parts) => {
            let fields = match ty {
                Ty::Struct(of) => module.structs.get(of).map(|of| of.fields.as_slice()).unwrap_or_default(),
                _ => &[],
            };
            let parts = parts.iter().zip(fields).map(|(part, (field, ty))| {
                let field = member(field);
                same(quote!((#expr).#field), part, ty, module)
            });
            quote!(true #(&& #parts)*)
        }
    }
}

/// Returns a field's name; the fields of a tuple struct are numbered.
fn member(field: &str) -> syn::Member {
    match field.parse::<usize>() {
        Ok(index) => syn::Member::Unnamed(index.into()),
        Err(_) => syn::Member::Named(ident_of(field)),
    }
}

/// Asserts that the table was made from these ops. `renewal` says how to renew it, unless building again is enough.
pub(super) fn table(set: &Set, renewal: Option<&str>) -> TokenStream {
    let again = renewal.unwrap_or("build again to renew the table");
    let hint = renewal.map(|renewal| format!(": {renewal}")).unwrap_or_default();
    let count = set.ops.len();
    let ops = set.ops.iter().zip(&set.fingerprints).enumerate().map(|(index, (op, fingerprint))| {
        let def = &set.module.ops[op.def];
        let name = &op.name;
        let expected = info::fingerprint(fingerprint);
        let missing = format!("the stencil table has no op `{name}` here: {again}");
        let parts = [
            ("operands", "the operands of"),
            ("body", "the body of"),
            ("reached", "a helper, constant or runtime function of"),
            ("layout", "a layout or the stencil ABI used by"),
        ];
        // Every token has the op's span, so that rustc reports the failure there.
        let span = def.function.sig.ident.span();
        let parts = parts.map(|(field, what)| {
            let field = format_ident!("{field}");
            let message =
                format!("the stencil of `{name}` is stale: {what} the op changed after the table was made{hint}");
            quote_spanned!(span=> assert!(found.#field == expected.#field, #message);)
        });
        let handwritten = handwritten(&def.stencil, index, name, &hint);
        quote_spanned! {span=>
            const _: () = {
                assert!(TABLE.is_op(#index, #name), #missing);
                let (found, expected) = (TABLE.ops[#index].fingerprint, #expected);
                #(#parts)*
            };
            #handwritten
        }
    });
    let version = format!("the stencil table was made by a different version of mimeo-build{hint}");
    let longer = format!("the stencil table has ops that the instruction set lacks{hint}");
    quote! {
        const _: () = assert!(TABLE.abi == ::mimeo::def::frame::STENCIL_ABI, #version);
        #(#ops)*
        const _: () = assert!(TABLE.ops.len() == #count, #longer);
    }
}

/// Asserts that the table's stencil was made from the current C file. `include_bytes!` makes cargo compile again when
/// the file changes.
fn handwritten(stencil: &StencilRequest, index: usize, op: &str, hint: &str) -> TokenStream {
    let StencilRequest::Handwritten { path, span, .. } = stencil else { return TokenStream::new() };
    let message = format!("the stencil of `{op}` is stale: `{path}` changed after the table was made{hint}");
    quote_spanned! {span.0=>
        const _: () = {
            const TEXT: &[u8] = ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/", #path));
            let now = ::mimeo::def::fingerprint::hash_text(TEXT);
            let is_same = match TABLE.ops[#index].handwritten {
                ::core::option::Option::Some(then) => then == now,
                ::core::option::Option::None => false,
            };
            assert!(is_same, #message);
        };
    }
}

/// Reports the ops that require a stencil and have none. `missing` is that of
/// [`TableFile::Found`](super::TableFile::Found).
pub(super) fn required(set: &Set, missing: &str) -> Option<syn::Error> {
    let errors = missing.lines().filter_map(|line| {
        let (name, reason) = line.split_once('\t')?;
        let op = set.ops.iter().find(|op| op.name == name)?;
        let def = &set.module.ops[op.def];
        let (span, help) = match &def.stencil {
            StencilRequest::Handwritten { path, path_span, .. } => {
                let header = format!("it begins with `#include \"{name}.h\"`, which declares the op and its holes");
                (path_span.0, format!("`{path}` is read from the folder of the package; {header}"))
            }
            _ => {
                let report = format!("mimeo_{}.report.txt", set.module.name);
                let help =
                    format!("change the op, or remove `stencil = required`; `{report}` in `OUT_DIR` lists all ops");
                (def.function.sig.ident.span(), help)
            }
        };
        let text = format!("`{name}` requires a stencil and has none: {reason}\nhelp: {help}");
        Some(syn::Error::new(span, text))
    });
    combined(errors)
}

/// Combines errors into one.
fn combined(errors: impl IntoIterator<Item = syn::Error>) -> Option<syn::Error> {
    errors.into_iter().reduce(|mut all, error| {
        all.combine(error);
        all
    })
}

/// Checks that each hand-written stencil was reviewed against the current op.
pub(crate) fn reviewed(set: &Set) -> Option<syn::Error> {
    let errors = set.ops.iter().zip(&set.fingerprints).filter_map(|(op, now)| {
        let StencilRequest::Handwritten { path, reviewed, span, .. } = &set.module.ops[op.def].stencil else {
            return None;
        };
        let what = match Fingerprint::parse(reviewed) {
            Some(then) if then == *now => return None,
            Some(then) => {
                let changed: Vec<&str> = then.differences(now).collect();
                let changed = changed.join(", ");
                format!("`{}` changed after its stencil was reviewed: {changed}\nwas: {then}\nnow: {now}", op.name)
            }
            None => format!("`{reviewed}` is not a fingerprint, which has 32 hexadecimal digits"),
        };
        let text = format!("{what}\nhelp: compare `{path}` with the op, then write `reviewed = \"{now}\"`");
        Some(syn::Error::new(span.0, text))
    });
    combined(errors)
}
