//! A module with unsafe code → the requirement that its author implements `TrustedOps`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::visit::Visit;

use crate::module::Module;
use crate::nan_box::NanBox;
use crate::ty::Ty;

/// Returns the author's function that is notified when a stack moves. It belongs to `TrustedOps`, so a module that
/// needs the trait does not compile without it; the error is at the module's name.
pub(super) fn stack_moved(module: &Module) -> TokenStream {
    let span = module.name.span();
    match has_unsafe(module) || has_addresses(module) {
        true => quote_spanned!(span=> Some(<Ops as ::mimeo::TrustedOps>::stack_moved)),
        false => quote!(None),
    }
}

/// Returns `true` if an op or a helper has an `unsafe` block.
fn has_unsafe(module: &Module) -> bool {
    struct Search(bool);
    impl Visit<'_> for Search {
        fn visit_expr_unsafe(&mut self, _: &syn::ExprUnsafe) {
            self.0 = true;
        }
    }
    let mut search = Search(false);
    module.items.iter().for_each(|item| search.visit_item(item));
    module.ops.iter().for_each(|op| search.visit_item_fn(&op.function));
    search.0
}

/// Returns `true` if an address comes from the author's data: a pointer in values, a pointer or a callee in a struct, or
/// the result of a runtime function.
fn has_addresses(module: &Module) -> bool {
    if module.nan_box.as_ref().is_some_and(NanBox::has_pointers) {
        return true;
    }
    let fields = module.structs.values().flat_map(|of| of.fields.iter().map(|(_, ty)| ty));
    let results = module.runtime.iter().map(|runtime| match &runtime.result {
        Ty::Result(of) => &**of,
        of => of,
    });
    fields.chain(results).any(|ty| matches!(ty, Ty::Ptr { .. } | Ty::Callee))
}
