//! Turns the bytes of a chunk into its syntax tree, or into the message that Lua has for what is wrong with it.

pub(crate) mod ast;
mod chunk;
mod error;
mod interner;
mod lexer;
mod parser;
mod token;

pub use chunk::shown_name;
pub use error::{Line, SyntaxError};
pub use interner::{StringId, Strings};
pub use parser::MAX_DEPTH;
pub(crate) use parser::parse;
