//! An attribute of the author → whether it belongs to the op language.

use syn::Attribute;

/// Returns `true` for `#[instruction_set(…)]`, with or without a path before it.
pub(crate) fn is_instruction_set(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|segment| segment.ident == "instruction_set")
}

/// Returns `true` for `#[vm_op]`, with or without a path before it.
pub(crate) fn is_vm_op(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|segment| segment.ident == "vm_op")
}

/// Returns `true` for an attribute of a parameter that only the lowering knows.
pub(crate) fn is_operand_attribute(attr: &Attribute) -> bool {
    ["imm", "constant", "place", "cache"].iter().any(|name| attr.path().is_ident(name))
}

/// Returns `true` for an attribute that a parameter can have in Rust.
pub(crate) fn is_known_to_rust(attr: &Attribute) -> bool {
    ["allow", "cfg", "cfg_attr", "deny", "doc", "expect", "forbid", "warn"]
        .iter()
        .any(|name| attr.path().is_ident(name))
}

/// Removes the attributes of operands from a signature, and returns them.
pub(crate) fn take_operand_attributes(signature: &mut syn::Signature) -> Vec<Attribute> {
    let mut taken = Vec::new();
    for input in &mut signature.inputs {
        let (syn::FnArg::Typed(syn::PatType { attrs, .. }) | syn::FnArg::Receiver(syn::Receiver { attrs, .. })) = input;
        let (operand, other) = std::mem::take(attrs).into_iter().partition(is_operand_attribute);
        *attrs = other;
        taken.extend::<Vec<_>>(operand);
    }
    taken
}
