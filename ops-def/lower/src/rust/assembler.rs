//! Encodings → the `Assembler`: one typed method per op.

use mimeo_def::op::Scalar;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

use crate::encode::{Encoding, Op};
use crate::op::ParamKind;
use crate::set::Set;
use crate::text::ident_of;
use crate::ty::scalar_name;

pub(super) fn assembler(set: &Set) -> TokenStream {
    let mut base = 0;
    let methods: Vec<TokenStream> = (0..set.module.ops.len())
        .map(|def| {
            let variants: Vec<&Op> = set.ops.iter().filter(|op| op.def == def).collect();
            let method = method(set, def, &variants, base);
            base += variants.len() as u16;
            method
        })
        .collect();
    let own = own_methods();
    let looking_back = (!set.module.args.stack).then(|| looking_back(&branches(set)));
    quote! {
        /// Assembles a function of this instruction set: a method per op, labels, source positions.
        ///
        /// [`finish`](Self::finish) reports errors. The methods that are not ops are those of
        /// [`FunctionBuilder`](::mimeo::asm::FunctionBuilder), which has an example for each.
        #[derive(Debug)]
        pub struct Assembler(::mimeo::asm::FunctionBuilder);

        impl Assembler {
            #own

            #looking_back

            #(#methods)*
        }
    }
}

/// Returns what each branch of a condition replaces, in order: the opcode of the condition's value, the value for which the
/// branch jumps, and its opcode.
fn branches(set: &Set) -> Vec<(u16, bool, u16)> {
    let opcodes = |name: &str| -> Vec<u16> {
        (0..).zip(&set.ops).filter(|(_, op)| set.module.ops[op.def].name == name).map(|(opcode, _)| opcode).collect()
    };
    let branches = set.module.ops.iter().filter_map(|op| Some((op, op.branch.as_ref()?)));
    let mut found: Vec<_> = branches
        .flat_map(|(op, branch)| {
            // Both have the same operands, so their encodings are in the same order.
            let pairs = opcodes(&branch.value).into_iter().zip(opcodes(&op.name));
            pairs.map(|(value, opcode)| (value, branch.when, opcode))
        })
        .collect();
    found.sort_unstable();
    found
}

/// Generates the methods that change the last op, of a register machine. `names::ASSEMBLER` lists their names.
fn looking_back(branches: &[(u16, bool, u16)]) -> TokenStream {
    let branches = branches.iter().map(|(value, when, branch)| quote!((#value, #when, #branch),));
    quote! {
        /// Makes the last op write its result to `to` instead of `from`, and returns `true`; or returns `false`, if its
        /// only result is not in `from`, or a label is bound after it. Nothing else may read `from`.
        pub fn retarget_last(&mut self, from: ::mimeo::def::Slot, to: ::mimeo::def::Slot) -> bool {
            self.0.retarget_last(from, to)
        }

        /// Replaces the last op by a branch to `to`, and returns `true`, if it is the value of a condition in the slot
        /// `value`, and the condition has a branch that jumps if the value is `when`. Returns `false` if not, or if a
        /// label is bound after it. Nothing else may read `value`.
        pub fn branch_on_last(&mut self, value: ::mimeo::def::Slot, to: ::mimeo::asm::Target, when: bool) -> bool {
            const BRANCHES: &[(u16, bool, u16)] = &[#(#branches)*];
            let branch = |op: ::mimeo::def::OpIndex| {
                let found = BRANCHES.binary_search_by_key(&(op.0, when), |&(value, when, _)| (value, when));
                found.ok().map(|found| ::mimeo::def::OpIndex(BRANCHES[found].2))
            };
            self.0.branch_on_last(value, to, branch)
        }
    }
}

/// Generates the methods that are not ops; `names::ASSEMBLER` lists their names.
fn own_methods() -> TokenStream {
    quote! {
        /// Starts a function with `arity` arguments and `locals` slots, including the arguments.
        pub fn new(name: impl Into<String>, arity: u16, locals: u16) -> Self {
            Assembler(::mimeo::asm::FunctionBuilder::new(name, arity, locals))
        }

        /// Creates a label, whose place [`bind`](Self::bind) sets.
        pub fn label(&mut self) -> ::mimeo::asm::Target {
            self.0.label()
        }

        /// Binds the label to the next op.
        pub fn bind(&mut self, label: ::mimeo::asm::Target) {
            self.0.bind(label)
        }

        /// Sets the source position of the ops that follow.
        pub fn at(&mut self, position: ::mimeo::Position) {
            self.0.at(position)
        }

        /// Returns the position of the next instruction.
        pub fn pc(&self) -> ::mimeo::def::Pc {
            self.0.pc()
        }

        /// Sets the number of slots, once it is known.
        pub fn set_locals(&mut self, locals: u16) {
            self.0.set_locals(locals)
        }

        /// Sets the source file of the function, which errors name.
        pub fn set_file(&mut self, file: impl Into<::std::sync::Arc<str>>) {
            self.0.set_file(file)
        }

        /// Allows more arguments than the arity: see
        /// [`FunctionBody::variadic`](::mimeo::asm::FunctionBody::variadic).
        pub fn set_variadic(&mut self) {
            self.0.set_variadic()
        }

        /// Allows the address of a slot to be taken: see
        /// [`FunctionBody::escaping`](::mimeo::asm::FunctionBody::escaping).
        pub fn set_escaping(&mut self, slot: ::mimeo::def::Slot) {
            self.0.set_escaping(slot)
        }

        /// Makes the slots from `first` on temporaries: see
        /// [`FunctionBody::temporaries`](::mimeo::asm::FunctionBody::temporaries).
        pub fn set_temporaries(&mut self, first: ::mimeo::def::Slot) {
            self.0.set_temporaries(first)
        }

        /// Sets `handler` as the handler of errors thrown by the ops from `from` up to `to`, unless an earlier range
        /// contains them: inner ranges come first.
        pub fn catch(
            &mut self,
            from: ::mimeo::asm::Target,
            to: ::mimeo::asm::Target,
            handler: ::mimeo::asm::Target,
        ) {
            self.0.catch(from, to, handler)
        }

        /// Ends the function.
        ///
        /// # Errors
        ///
        /// Returns an error if a label was used but not bound, or was bound twice, or if there are too many constants.
        pub fn finish(self) -> Result<::mimeo::asm::FunctionBody, ::mimeo::asm::AssembleError> {
            self.0.finish()
        }
    }
}

fn method(set: &Set, def: usize, variants: &[&Op], base: u16) -> TokenStream {
    let op = &set.module.ops[def];
    let value = set.module.args.value_tokens();
    let first = variants[0];
    let mut parameters = Vec::new();
    let mut prologue = Vec::new();
    let mut writes = Vec::new();
    let mut choice = 0u32;
    // Hygienic, so that it cannot clash with an operand of the same name.
    let opcode = Ident::new("opcode", Span::mixed_site());
    for (index, operand) in first.operands.iter().enumerate() {
        let name = ident_of(&operand.name);
        let param = first.param_operand.iter().position(|&of| of == Some(index)).map(|i| &op.params[i].kind);
        if let Some(ParamKind::Place { constant: true, .. }) = param {
            let bit = Literal::u32_unsuffixed(choice);
            choice += 1;
            parameters.push(quote!(#name: impl Into<::mimeo::asm::Place<#value>>));
            prologue.push(quote! {
                let #name: ::mimeo::asm::Place<#value> = #name.into();
                #opcode += u16::from(::core::matches!(#name, ::mimeo::asm::Place::Constant(_))) << #bit;
            });
            writes.push(quote! {
                match #name {
                    ::mimeo::asm::Place::Slot(slot) => self.0.unit(slot.0),
                    ::mimeo::asm::Place::Constant(value) => self.0.constant(::mimeo::Value::to_bits(value)),
                }
            });
            continue;
        }
        let (declared, write) = operand_parts(&operand.kind, &name, &value);
        parameters.extend(declared);
        writes.extend(write);
    }
    let function = &op.function.sig.ident;
    let doc = if op.doc.is_empty() { format!("Appends `{}`.", op.name) } else { op.doc.clone() };
    let mutable = (choice > 0).then(|| quote!(mut));
    quote! {
        #[doc = #doc]
        #[allow(clippy::too_many_arguments, reason = "as many as the op has operands")]
        pub fn #function(&mut self, #(#parameters),*) {
            let #mutable #opcode: u16 = #base;
            #(#prologue)*
            self.0.op(::mimeo::def::OpIndex(#opcode));
            #(#writes)*
        }
    }
}

/// Returns the parameters for an operand, and the code that appends it.
fn operand_parts(encoding: &Encoding, name: &Ident, value: &TokenStream) -> (Vec<TokenStream>, Option<TokenStream>) {
    match encoding {
        Encoding::Stack { .. } => (vec![], None),
        Encoding::Slot { output: true } => {
            (vec![quote!(#name: ::mimeo::def::Slot)], Some(quote!(self.0.result(#name);)))
        }
        Encoding::Slot { .. } => (vec![quote!(#name: ::mimeo::def::Slot)], Some(quote!(self.0.unit(#name.0);))),
        Encoding::Constant => {
            (vec![quote!(#name: #value)], Some(quote!(self.0.constant(::mimeo::Value::to_bits(#name));)))
        }
        Encoding::Label => (vec![quote!(#name: ::mimeo::asm::Target)], Some(quote!(self.0.target(#name);))),
        Encoding::Labels => (vec![quote!(#name: &[::mimeo::asm::Target])], Some(quote!(self.0.targets(#name);))),
        Encoding::Function => (vec![quote!(#name: ::mimeo::asm::FunctionIndex)], Some(quote!(self.0.unit2(#name.0);))),
        Encoding::StackWindow => (vec![quote!(#name: u16)], Some(quote!(self.0.unit(#name);))),
        Encoding::Window => {
            let len = format_ident!("{name}_len");
            let write = quote! {
                self.0.unit(#name.0);
                self.0.unit(#len);
            };
            (vec![quote!(#name: ::mimeo::def::Slot), quote!(#len: u16)], Some(write))
        }
        // The verifier assigns the cell.
        Encoding::Cache { .. } => (vec![], Some(quote!(self.0.unit2(0);))),
        Encoding::Immediate { scalar, .. } => {
            let ty = format_ident!("{}", scalar_name(*scalar));
            let write = match (scalar, scalar.len_units()) {
                (Scalar::F32, _) => quote!(self.0.unit2(#name.to_bits());),
                (Scalar::F64, _) => quote!(self.0.unit4(#name.to_bits());),
                (_, 1) => quote!(self.0.unit(#name as u16);),
                (_, 2) => quote!(self.0.unit2(#name as u32);),
                _ => quote!(self.0.unit4(#name as u64);),
            };
            (vec![quote!(#name: #ty)], Some(write))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use quote::quote;

    use super::{looking_back, own_methods};
    use crate::names::ASSEMBLER;

    #[test]
    fn no_op_can_have_the_name_of_another_method() {
        let (own, looking_back) = (own_methods(), looking_back(&[]));
        let block: syn::ItemImpl = syn::parse2(quote!(impl Assembler { #own #looking_back })).expect("it is Rust");
        let names: BTreeSet<String> = block
            .items
            .iter()
            .filter_map(|item| match item {
                syn::ImplItem::Fn(method) => Some(method.sig.ident.to_string()),
                _ => None,
            })
            .collect();
        assert_eq!(names, ASSEMBLER.iter().map(|&name| name.to_owned()).collect());
    }
}
