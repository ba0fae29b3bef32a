//! Runtime functions → functions of the module that call them, and the shims that stencils call.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::FnArg;

use crate::functions::Runtime;
use crate::module::Module;
use crate::text::{self, name_of};
use crate::ty::Ty;

pub(super) fn functions(module: &Module) -> TokenStream {
    let parts = module.runtime.iter().map(|runtime| {
        let name = &runtime.name;
        let output = &runtime.signature.output;
        let types: Vec<_> = parameter_types(runtime).collect();
        let arguments: Vec<_> = (0..types.len()).map(|index| format_ident!("argument_{index}")).collect();
        let shim = shim(module, runtime);
        // At the author's declaration, where rustc reports a missing function or a different signature.
        let home = match &runtime.home {
            Some(path) => text::placed(path.to_token_stream(), name.span()),
            None => quote_spanned!(name.span()=> super),
        };
        let function = quote_spanned! {name.span()=>
            #[inline(always)]
            #[allow(clippy::too_many_arguments, clippy::type_complexity, reason = "it is the author's declaration")]
            fn #name(#(#arguments: #types),*) #output {
                const FUNCTION: fn(#(#types),*) #output = #home::#name;
                FUNCTION(#(#arguments),*)
            }
        };
        quote! {
            #function
            #shim
        }
    });
    quote!(#(#parts)*)
}

fn parameter_types(runtime: &Runtime) -> impl Iterator<Item = &syn::Type> {
    runtime.signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(&*typed.ty),
        FnArg::Receiver(_) => None,
    })
}

/// Generates the elements of `InstructionSet::RUNTIME`.
pub(super) fn table(module: &Module) -> TokenStream {
    let entries = module.runtime.iter().map(|runtime| {
        let name = name_of(&runtime.name);
        let shim = format_ident!("shim_{}", runtime.name);
        quote!(::mimeo::__private::RuntimeFn { name: #name, shim: #shim as *const () })
    });
    quote!(#(#entries),*)
}

/// Generates a function with the convention of stencils. Its arguments are all 64 bits wide, and no panic leaves it.
fn shim(module: &Module, runtime: &Runtime) -> TokenStream {
    let (name, shim) = (&runtime.name, format_ident!("shim_{}", runtime.name));
    let mut words = Vec::new();
    let mut arguments = Vec::new();
    for (index, (param, ty)) in runtime.params.iter().zip(parameter_types(runtime)).enumerate() {
        if param.ty == Ty::Vm {
            arguments.push(quote!(vm));
            continue;
        }
        let word = format_ident!("word_{index}");
        arguments.push(from_word(&quote!(#word), &param.ty, &quote!(#ty), module));
        words.push(word);
    }
    let call = quote!(self::#name(#(#arguments),*));
    let result = match &runtime.result {
        Ty::Unit => quote!({ #call; Ok(0) }),
        Ty::Thrown => quote!(Err(#call)),
        Ty::Result(of) if **of == Ty::Unit => quote!(#call.map(|()| 0)),
        Ty::Result(of) => {
            let word = to_word(&quote!(value), of, module);
            quote!(#call.map(|value| #word))
        }
        of => {
            let word = to_word(&quote!(value), of, module);
            quote!({ let value = #call; Ok(#word) })
        }
    };
    // One convention per architecture, whatever the system uses, so that one table serves every system.
    let conventions =
        [(quote!(target_arch = "x86_64"), "sysv64"), (quote!(not(target_arch = "x86_64")), "C")].map(|(arch, abi)| {
            quote! {
                #[cfg(#arch)]
                #[allow(unused_variables, reason = "not every runtime function takes the machine")]
                unsafe extern #abi fn #shim(vm: *mut (), #(#words: u64),*) -> ::mimeo::def::frame::Outcome {
                    // SAFETY: only stencils call the shim, with the machine that they run on.
                    unsafe { ::mimeo::__private::guard(vm, |vm: &mut Vm| #result) }
                }
            }
        });
    quote!(#(#conventions)*)
}

fn from_word(word: &TokenStream, ty: &Ty, tokens: &TokenStream, module: &Module) -> TokenStream {
    match ty {
        ty if *ty == module.value => quote!(<#tokens as ::mimeo::Value>::from_bits(#word)),
        ty if *ty == Ty::BOOL => quote!(#word != 0),
        ty if *ty == Ty::F32 => quote!(f32::from_bits(#word as u32)),
        ty if *ty == Ty::F64 => quote!(f64::from_bits(#word)),
        Ty::Ptr { .. } => quote!(#word as usize as #tokens),
        Ty::Callee => quote!(Callee::from_word(#word)),
        Ty::Cell(of) => {
            let of = format_ident!("{of}");
            // The native tier exposed the address when it wrote it into the code.
            quote!(&*::core::ptr::with_exposed_provenance::<#of>(#word as usize))
        }
        Ty::Window => quote!(::mimeo::Window::from_word(#word)),
        _ => quote!(#word as #tokens),
    }
}

fn to_word(value: &TokenStream, ty: &Ty, module: &Module) -> TokenStream {
    match ty {
        ty if *ty == module.value => quote!(::mimeo::Value::to_bits(#value)),
        ty if *ty == Ty::F32 => quote!(u64::from(#value.to_bits())),
        ty if *ty == Ty::F64 => quote!(#value.to_bits()),
        Ty::Ptr { .. } => quote!(#value as usize as u64),
        Ty::Callee => quote!(#value.to_word()),
        _ => quote!(#value as u64),
    }
}
