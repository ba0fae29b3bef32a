//! Instruction sets for the tests, which together use the whole op language.

pub mod broken;
pub mod callbacks;
pub mod corners;
pub mod registers;
pub mod slow;
pub mod stack;
