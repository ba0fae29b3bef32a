//! Turns the bytes of a chunk into tokens, and errors into Lua's messages.

mod chunk;
mod error;
mod interner;
mod lexer;
mod source;
mod strip;
mod token;
mod tokens;

pub use chunk::shown_name;
pub use error::{Line, SyntaxError};
pub use interner::{StringId, Strings};
pub use source::Source;
pub use strip::stripped;
pub(crate) use token::{Symbol, TokenKind};
pub(crate) use tokens::{Name, Tokens};
