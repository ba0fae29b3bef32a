//! Turns the bytes of a chunk into its syntax tree, or into Lua's message for an error in it.

pub(crate) mod ast;
mod chunk;
mod error;
mod interner;
mod lexer;
mod parser;
mod source;
mod token;

pub use chunk::shown_name;
pub use error::{Line, SyntaxError};
pub use interner::{StringId, Strings};
pub use parser::MAX_DEPTH;
pub(crate) use parser::parse;
pub use source::Source;
