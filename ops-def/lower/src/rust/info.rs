//! Encodings → `OpInfo`s and the opcode enum.

use std::collections::BTreeSet;

use mimeo_def::Fingerprint;
use mimeo_def::op::Control;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::encode::{Encoding, Op};
use crate::set::Set;
use crate::text::camel_case;

/// Generates the elements of `InstructionSet::OPS`.
pub(super) fn infos(set: &Set) -> TokenStream {
    let infos = set.ops.iter().zip(&set.fingerprints).map(|(op, fingerprint)| info(set, op, fingerprint));
    quote!(#(#infos),*)
}

fn info(set: &Set, op: &Op, fingerprint: &Fingerprint) -> TokenStream {
    let doc = &set.module.ops[op.def].doc;
    let (name, len_units, pops, pushes) = (&op.name, op.len_units, op.pops, op.pushes);
    let operands = op.operands.iter().map(|operand| {
        let (name, unit) = (&operand.name, operand.unit);
        let kind = kind(&operand.kind);
        quote! {
            ::mimeo::def::op::OperandInfo { name: #name, kind: ::mimeo::def::op::OperandKind::#kind, unit: #unit }
        }
    });
    let Control { falls_through, jumps, calls, tail_calls, returns } = op.control;
    let fingerprint = self::fingerprint(fingerprint);
    quote! {
        ::mimeo::def::op::OpInfo {
            name: #name,
            doc: #doc,
            operands: &[#(#operands),*],
            len_units: #len_units,
            pops: #pops,
            pushes: #pushes,
            control: ::mimeo::def::op::Control {
                falls_through: #falls_through,
                jumps: #jumps,
                calls: #calls,
                tail_calls: #tail_calls,
                returns: #returns,
            },
            fingerprint: #fingerprint,
        }
    }
}

fn kind(encoding: &Encoding) -> TokenStream {
    match encoding {
        Encoding::Slot { output } => quote!(Slot { output: #output }),
        Encoding::Stack { index, output } => quote!(Stack { index: #index, output: #output }),
        Encoding::Immediate { scalar, space } => {
            let scalar = format_ident!("{scalar:?}");
            let space = match space {
                Some(space) => quote!(Some(#space)),
                None => quote!(None),
            };
            quote!(Immediate { scalar: ::mimeo::def::op::Scalar::#scalar, space: #space })
        }
        Encoding::Constant => quote!(Constant),
        Encoding::Label => quote!(Label),
        Encoding::Labels => quote!(Labels),
        Encoding::Window => quote!(Window),
        Encoding::StackWindow => quote!(StackWindow),
        Encoding::Function => quote!(Function),
        Encoding::Cache { size, fields, .. } => quote!(Cache { size: #size, fields: &[#(#fields),*] }),
    }
}

pub(super) fn fingerprint(of: &Fingerprint) -> TokenStream {
    let Fingerprint { operands, body, reached, layout } = *of;
    quote! {
        ::mimeo::def::Fingerprint { operands: #operands, body: #body, reached: #reached, layout: #layout }
    }
}

pub(super) fn opcode_enum(set: &Set) -> TokenStream {
    // Duplicate names are already reported; rustc would only report them again.
    let mut seen = BTreeSet::new();
    let ops: Vec<&Op> = set.ops.iter().filter(|op| seen.insert(camel_case(&op.name))).collect();
    let names: Vec<_> = ops.iter().map(|op| format_ident!("{}", camel_case(&op.name))).collect();
    let docs = ops.iter().map(|op| {
        let doc = &set.module.ops[op.def].doc;
        if doc.is_empty() { format!("`{}`", op.name) } else { doc.clone() }
    });
    let indices = 0..ops.len() as u16;
    // An enum without variants cannot have a `repr`.
    let repr = (!ops.is_empty()).then(|| quote!(#[repr(u16)]));
    quote! {
        /// The opcodes: the first unit of each encoded instruction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #repr
        pub enum Opcode {
            #(#[doc = #docs] #names = #indices,)*
        }

        impl Opcode {
            /// All opcodes, in order.
            pub const ALL: &'static [Opcode] = &[#(Opcode::#names),*];

            /// Returns the opcode with this number.
            pub fn from_index(index: u16) -> Option<Opcode> {
                Self::ALL.get(usize::from(index)).copied()
            }

            /// Returns the metadata of the op.
            pub fn info(self) -> &'static ::mimeo::def::op::OpInfo {
                &<Ops as ::mimeo::InstructionSet>::OPS[self as usize]
            }
        }

        impl ::core::fmt::Display for Opcode {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.info().name)
            }
        }
    }
}
