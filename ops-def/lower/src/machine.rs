//! What the items of one instruction set share.

use crate::ty::{Structs, Ty};

/// The machine that an instruction set is for.
#[derive(Clone, Copy)]
pub(crate) struct Machine<'a> {
    /// The value type.
    pub(crate) value: &'a Ty,
    /// Whether operands are on a stack.
    pub(crate) stack: bool,
    pub(crate) structs: &'a Structs,
}

impl Machine<'_> {
    /// Returns `true` if a value of the type is passed as 64 bits in one register.
    pub(crate) fn is_word(self, ty: &Ty) -> bool {
        matches!(ty, Ty::Scalar(_) | Ty::Usize | Ty::Isize | Ty::Ptr { .. } | Ty::Callee | Ty::Window)
            || ty == self.value
    }
}
