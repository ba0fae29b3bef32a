//! Instruction sets for the tests, which together use the whole op language, and machines that run them.

pub mod boxed;
pub mod broken;
pub mod callbacks;
pub mod corners;
pub mod hostile;
pub mod loops;
pub mod machines;
pub mod reference;
pub mod refusal;
pub mod registers;
pub mod slow;
pub mod stack;
pub mod tagged;
