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
