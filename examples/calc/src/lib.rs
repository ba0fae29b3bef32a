//! calc: a small language on mimeo, made to be copied.
//!
//! ```text
//! text ─ lexer ─► tokens ─ parser ─► Ast ─ resolve ─► Tree ─ compile ─► Program ─► Machine
//! ```
//!
//! Start reading with the instruction set in `ops.rs`.

mod ast;
mod compile;
mod lexer;
pub mod ops;
mod parser;
mod resolve;
mod runtime;
mod session;
mod source;
mod token;
mod tree;

pub use compile::CompileError;
pub use runtime::{Host, state};
pub use session::{Options, Session, compile};
pub use source::{Diagnostic, Position};
