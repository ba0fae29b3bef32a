//! Turns the bytes of a chunk into the trees of its functions, in which every name is a local, an upvalue or a global,
//! and every `goto` has its label.

mod expression;
mod label;
mod operator;
mod parser;
mod scope;
mod statement;
mod tree;

use crate::steps::Steps;
use crate::syntax::{Source, Strings, SyntaxError, Tokens};
use parser::Chunk;

pub use operator::{BinaryOperator, LogicOperator, UnaryOperator};
pub use parser::MAX_DEPTH;
pub use tree::{
    Arm, Block, Bounds, Capture, Expression, Function, FunctionId, Item, JumpId, Label, LabelId, Local, LocalId,
    Operation, Statement, StatementKind, Suffix, SuffixKind, Target, Upvalue, UpvalueId, Variable,
};

/// Takes a function of a chunk whose end was parsed. The functions inside it were taken before; the last one is the chunk
/// itself, as a variadic function without parameters. An error ends the work.
pub type Emit<'a> = &'a mut dyn FnMut(FunctionId, &Function<'_>) -> Result<(), SyntaxError>;

/// Parses a chunk in one pass, and passes each of its functions to `emit`. Returns the texts of its names and string
/// literals.
///
/// ```
/// use lua_syntax::Steps;
/// use lua_syntax::parse::{FunctionId, parse_chunk};
/// use lua_syntax::syntax::Source;
///
/// let mut source = Source::whole(b"local x = 1 return function() return x end".into());
/// let mut ended = Vec::new();
/// parse_chunk(&mut source, Steps::unlimited(), &mut |id, function| {
///     ended.push((id, function.upvalues.len(), function.locals.iter().any(|local| local.is_captured)));
///     Ok(())
/// })?;
/// assert_eq!(ended, [(FunctionId(1), 1, false), (FunctionId(0), 0, true)]);
///
/// let mut source = Source::whole(b"x =\n= 1".into());
/// let error = parse_chunk(&mut source, Steps::unlimited(), &mut |_, _| Ok(())).expect_err("it is wrong");
/// assert_eq!(error.in_chunk(b"@file.lua"), b"file.lua:2: unexpected symbol near '='");
/// # Ok::<(), lua_syntax::syntax::SyntaxError>(())
/// ```
///
/// # Errors
///
/// The first error in the chunk, or one of `emit`. That a `goto` has no label, or a `break` no loop, is an error at the end
/// of its function. If the work was stopped, an error that says so.
pub fn parse_chunk(source: &mut Source<'_>, mut steps: Steps<'_>, emit: Emit<'_>) -> Result<Strings, SyntaxError> {
    let tokens = Tokens::new(source, steps.lend())?;
    let mut chunk = Chunk { tokens, scopes: Default::default(), emit, unused: Vec::new(), depth: 0 };
    chunk.parse()?;
    Ok(chunk.tokens.into_strings())
}

#[cfg(test)]
mod tests;
