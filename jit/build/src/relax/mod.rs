//! Code that loads a symbol's address from a table → code that contains the number, or computes the address.
//!
//! Position-independent code loads the value of a hole from the global offset table, or computes it as an address.
//! Copied code has no such table, and a number is not an address. As linkers do, this module replaces the instructions
//! by others of the same length. Code without a replacement does not change.

pub mod aarch64;
pub mod x86_64;

/// The meaning of a symbol in an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meant {
    /// A number that the code computes with.
    Number,
    /// A place outside the stencil.
    Place,
    /// A place in the stencil's own constants or code.
    Own,
}
