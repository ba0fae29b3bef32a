//! Instruction sets that the tests run: between them they use everything that the op language has.

pub mod broken;
pub mod callbacks;
pub mod corners;
pub mod registers;
pub mod slow;
pub mod stack;
