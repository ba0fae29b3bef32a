//! Code that gets a symbol's address from elsewhere → code that has the number in itself, or computes the address.
//!
//! A compiler that writes position-independent code loads what is in a hole from the global offset table, or
//! takes it for the address of something. A copy has no such table, and a number is no address: the instructions
//! are replaced by others of the same length, as linkers do. Where none fits, nothing is changed.

pub mod aarch64;
pub mod x86_64;

/// What stands behind the symbol of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meant {
    /// A number that the code computes with.
    Number,
    /// A place outside of the stencil.
    Place,
    /// A place in the stencil's own constants or code.
    Own,
}
