//! A module with unsafe code → the demand for its author's promise, `TrustedOps`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::visit::Visit;

use crate::module::Module;
use crate::ty::Ty;

/// Whether the author of a module has to implement `TrustedOps`.
fn is_needed(module: &Module) -> bool {
    has_unsafe(module) || has_addresses(module)
}

/// The author's function that hears of stacks that move, if there is one.
pub(super) fn stack_moved(module: &Module) -> TokenStream {
    if is_needed(module) { quote!(Some(<Self as ::mimeo::TrustedOps>::stack_moved)) } else { quote!(None) }
}

/// Asserts that the author implements `TrustedOps`, if the module needs it.
pub(super) fn promise(module: &Module) -> Option<TokenStream> {
    let needed = is_needed(module);
    let span = module.name.span();
    needed.then(|| {
        quote_spanned! {span=>
            const _: fn() = || {
                fn is_promised<I: ::mimeo::TrustedOps>() {}
                is_promised::<Ops>();
            };
        }
    })
}

/// Whether an op or a helper has an `unsafe` block.
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

/// Whether an address comes from the author's data: a pointer or a callee in a struct, or as a runtime function's result.
fn has_addresses(module: &Module) -> bool {
    let fields = module.structs.values().flat_map(|of| of.fields.iter().map(|(_, ty)| ty));
    let results = module.runtime.iter().map(|runtime| match &runtime.result {
        Ty::Result(of) => &**of,
        of => of,
    });
    fields.chain(results).any(|ty| matches!(ty, Ty::Ptr { .. } | Ty::Callee))
}
