//! A checked set → the Rust that replaces the author's module.

mod assembler;
mod asserts;
mod dispatch;
mod info;
mod reference;
mod runtime;
mod trust;

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::parse_quote;

use crate::attributes;
use crate::errors::Errors;
use crate::module::Module;
use crate::set::Set;
use crate::structs;
use crate::text::{ident_of, name_of};
use crate::ty::Ty;

use asserts::required;
pub(crate) use asserts::reviewed;

/// Where the macro finds the table that the build script made.
#[derive(Debug, Clone)]
pub enum TableFile {
    /// The table exists.
    Found {
        /// The file with the table, an expression of type `::mimeo::def::stencil::Table`.
        file: String,
        /// How to renew the table, if building again is not enough.
        renewal: Option<String>,
        /// A line for each op that requires a stencil and has none: its name, a tab, and the reason.
        missing: String,
    },
    /// The table is missing; the text says what to do.
    Missing(String),
}

/// Generates the whole module, with the errors that were found.
pub(crate) fn module(set: &Set, table: impl FnOnce(&str) -> TableFile, errors: Errors) -> TokenStream {
    let module = &set.module;
    let (name, vis, attrs) = (&module.name, &module.vis, &module.attrs);
    let mut problems = errors.into_error();
    if let (Some(problems), true) = (&problems, module.clashes) {
        return problems.to_compile_error();
    }
    if problems.is_none() {
        problems = reviewed(set);
    }
    let mut renewal = None;
    let (table, c) = match table(&name.to_string()) {
        _ if problems.is_some() => (quote!(::mimeo::def::stencil::Table::EMPTY), quote!("")),
        TableFile::Found { file, renewal: how, missing } => {
            problems = required(set, &missing);
            renewal = how;
            let c = format!("{}.c", file.trim_end_matches(".rs"));
            let path = |file: &str| quote!(::core::concat!(::core::env!("OUT_DIR"), "/", #file));
            let (table, c) = (path(&file), path(&c));
            (quote!(::core::include!(#table)), quote!(::core::include_str!(#c)))
        }
        TableFile::Missing(text) => {
            problems = Some(syn::Error::new(name.span(), text));
            (quote!(::mimeo::def::stencil::Table::EMPTY), quote!(""))
        }
    };
    let drift = if problems.is_none() { asserts::table(set, renewal.as_deref()) } else { TokenStream::new() };
    // With problems, structs and constants are left out, and some helpers are used only by bodies that are left out.
    let (checks, quiet) = match &problems {
        None => {
            let (layouts, consts) = (asserts::layouts(module), asserts::consts(module));
            (quote!(#layouts #consts), TokenStream::new())
        }
        Some(_) => (TokenStream::new(), quote!(#[allow(unused, reason = "the bodies with errors are left out")])),
    };
    let errors = problems.map(|problems| problems.to_compile_error());
    let items = items(module);
    let functions = (0..module.ops.len()).map(|index| function(set, index));
    let value_impl = match &module.value {
        Ty::Struct(name) => {
            let name = ident_of(name);
            quote! {
                // SAFETY: a `repr(transparent)` struct around a 64-bit number; its layout is asserted below.
                unsafe impl ::mimeo::Value for #name {}
            }
        }
        _ => TokenStream::new(),
    };
    let runtime = runtime::functions(module);
    let instruction_set = instruction_set(set, &c, errors.is_some());
    let opcodes = info::opcode_enum(set);
    let assembler = assembler::assembler(set);
    quote! {
        #(#attrs)*
        #quiet
        #[allow(unstable_name_collisions, reason = "`minimum` and `maximum` of floats are those of `MinMax`")]
        #[allow(
            clippy::manual_abs_diff,
            clippy::manual_clamp,
            clippy::manual_div_ceil,
            clippy::manual_filter,
            clippy::manual_is_multiple_of,
            clippy::manual_map,
            clippy::manual_range_contains,
            clippy::manual_unwrap_or,
            clippy::manual_unwrap_or_default,
            reason = "they suggest methods that the op language does not have"
        )]
        #vis mod #name {
            #[allow(unused_imports, reason = "an instruction set need not use all of it")]
            use ::mimeo::prelude::*;

            #errors
            #(#items)*
            #(#functions)*
            #runtime
            #value_impl
            #checks

            const TABLE: ::mimeo::def::stencil::Table = #table;
            #drift
            #instruction_set
            #opcodes
            #assembler

            /// The machine's state, as this instruction set's ops see it.
            pub type Vm = ::mimeo::Vm<Ops>;
            /// A function of the running machine, as ops call it.
            pub type Callee = ::mimeo::Callee<Ops>;
            /// A function of a loaded program, as the host names it.
            pub type FunctionRef = ::mimeo::FunctionRef<Ops>;
            /// A fiber of a machine for this instruction set.
            pub type FiberRef = ::mimeo::FiberRef<Ops>;
            /// A program that a machine has loaded.
            pub type Linked = ::mimeo::Linked<Ops>;
            /// Where control goes after an op.
            pub type Flow = ::mimeo::Flow<Ops>;
            /// An error of a running program.
            pub type Trap = ::mimeo::Trap<<Ops as ::mimeo::InstructionSet>::Error>;
            /// A machine for this instruction set.
            pub type Machine = ::mimeo::Machine<Ops>;
            /// A program in this instruction set.
            pub type Program<Phase = ::mimeo::program::Verified> = ::mimeo::program::Program<Ops, Phase>;
            /// Collects the functions of a program in this instruction set.
            pub type ProgramBuilder = ::mimeo::program::ProgramBuilder<Ops>;
        }
    }
}

/// Returns the author's items, and makes the value type `Copy`.
fn items(module: &Module) -> impl Iterator<Item = syn::Item> {
    module.items.iter().map(|item| match item {
        syn::Item::Struct(of)
            if module.value == Ty::Struct(name_of(&of.ident)) && !structs::derives_copy(&of.attrs) =>
        {
            let mut of = of.clone();
            of.attrs.push(parse_quote!(#[derive(Clone, Copy)]));
            syn::Item::Struct(of)
        }
        other => other.clone(),
    })
}

/// Returns the op's function as the author wrote it, to be inlined into the dispatch loop. A body with a problem is
/// replaced, so that rustc does not report it again.
fn function(set: &Set, index: usize) -> TokenStream {
    let mut function = set.module.ops[index].function.clone();
    function.attrs.retain(|attr| !attributes::is_vm_op(attr) && !attributes::is_operand_attribute(attr));
    function.attrs.push(parse_quote!(#[inline(always)]));
    attributes::take_operand_attributes(&mut function.sig);
    if set.bodies[index].is_none() {
        function.attrs.push(parse_quote!(#[allow(unused_variables, reason = "the body has an error")]));
        function.block = parse_quote!({ ::core::unreachable!() });
    }
    quote!(#function)
}

fn instruction_set(set: &Set, c: &TokenStream, has_errors: bool) -> TokenStream {
    let module = &set.module;
    let value = module.args.value_tokens();
    let unit: syn::Type = parse_quote!(());
    let context = module.args.context.as_ref().unwrap_or(&unit);
    let host = module.args.host.as_ref().unwrap_or(&unit);
    let string: syn::Type = parse_quote!(::std::string::String);
    let error = module.args.error.as_ref().unwrap_or(&string);
    let name = module.name.to_string();
    let operands = if module.args.stack { quote!(Stack) } else { quote!(Registers) };
    let arity = option(module.args.arity);
    let infos = info::infos(set);
    let shims = runtime::table(module);
    let interpret = dispatch::interpret(set);
    // Only a module without errors is required to implement `TrustedOps`.
    let stack_moved = if has_errors { quote!(None) } else { trust::stack_moved(module) };
    let reference = reference::markdown(set);
    let ir = Literal::byte_string(&if has_errors { Vec::new() } else { set.ir().to_bytes() });
    quote! {
        /// The type that names the instruction set in programs and machines.
        #[derive(Debug)]
        pub enum Ops {}

        impl Ops {
            /// Reference of the instruction set, in Markdown.
            pub const REFERENCE: &'static str = #reference;
        }

        // SAFETY: `OPS` and `interpret` were generated from one list of encodings.
        unsafe impl ::mimeo::InstructionSet for Ops {
            type Value = #value;
            type Context = #context;
            type Host = #host;
            type Error = #error;
            const NAME: &'static str = #name;
            const OPERANDS: ::mimeo::Operands = ::mimeo::Operands::#operands;
            const ARITY: Option<u16> = #arity;
            const OPS: &'static [::mimeo::def::op::OpInfo] = &[#infos];
            const RUNTIME: &'static [::mimeo::__private::RuntimeFn] = &[#shims];
            const STENCILS: &'static ::mimeo::def::stencil::Table = &TABLE;
            const C: &'static str = #c;
            const IR: &'static [u8] = #ir;
            const STACK_MOVED: Option<fn(&mut Vm, &::mimeo::StackMove)> = #stack_moved;
            #interpret
        }
    }
}

fn option(number: Option<u16>) -> TokenStream {
    number.map_or_else(|| quote!(None), |number| quote!(Some(#number)))
}
