//! A language on mimeo: an interpreter and a JIT from one definition of each op.
//!
//! ```text
//! text ─ lexer ─► tokens ─ compiler ─► bytecode ─ session ─► machine
//! ```

/// The language itself: what a program means.
pub mod language {
    pub mod compiler;
    pub mod heap;
    pub mod lexer;
    pub mod ops;
}

/// What connects the language with mimeo.
pub mod glue {
    pub mod runtime;
    pub mod session;
}
