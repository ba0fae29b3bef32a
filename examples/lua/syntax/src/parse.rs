//! Turns the bytes of a chunk into the trees of its functions, in which every name is a local, an upvalue or a global,
//! and every `goto` has its label.

mod expression;
mod items;
mod label;
mod operator;
mod parser;
mod scope;
mod statement;
mod tree;

use std::fmt;

use bumpalo::Bump;

use crate::steps::Steps;
use crate::syntax::{Source, Strings, SyntaxError, Tokens};
use parser::Chunk;
use scope::Scopes;

pub use operator::{BinaryOperator, LogicOperator, UnaryOperator};
pub use parser::MAX_DEPTH;
pub use tree::{
    Arm, Block, Bounds, Capture, Expression, Function, FunctionId, Item, JumpId, Label, LabelId, Literal, Local,
    LocalId, Operation, Origin, Statement, StatementKind, Suffix, SuffixKind, Target, Upvalue, UpvalueId, Variable,
};

/// Takes a function of a chunk whose end was parsed. The functions inside it were taken before; the last one is the chunk
/// itself, as a variadic function without parameters. An error ends the work.
pub type Emit<'a> = &'a mut dyn FnMut(FunctionId, &Function<'_>) -> Result<(), SyntaxError>;

/// Texts up to this length leave their memory to the next chunk.
const SHORT_BYTES: usize = 64 * 1024;

/// The memory of a parser, which the next one uses again.
#[derive(Default)]
pub struct Memory {
    strings: Strings,
    scopes: Scopes,
    trees: Vec<Bump>,
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("strings", &self.strings).finish_non_exhaustive()
    }
}

impl Memory {
    /// Returns the texts of the names and string literals of the last chunk that was parsed without an error.
    #[must_use]
    pub fn strings(&self) -> &Strings {
        &self.strings
    }

    /// Frees the memory if the chunk of so many bytes was long.
    pub fn trim(&mut self, len_bytes: usize) {
        if len_bytes > SHORT_BYTES {
            *self = Memory::default();
        }
    }
}

/// Parses a chunk in one pass, and passes each of its functions to `emit`. Leaves the texts of its names and string
/// literals in `memory`.
///
/// ```
/// use lua_syntax::Steps;
/// use lua_syntax::parse::{FunctionId, Memory, parse_chunk};
/// use lua_syntax::syntax::Source;
///
/// let (mut source, mut memory) = (Source::whole(b"local x = 1 return function() return x end".into()), Memory::default());
/// let mut ended = Vec::new();
/// parse_chunk(&mut source, Steps::unlimited(), &mut memory, &mut |id, function| {
///     ended.push((id, function.upvalues.len(), function.locals.iter().any(|local| local.is_captured)));
///     Ok(())
/// })?;
/// assert_eq!(ended, [(FunctionId(1), 1, false), (FunctionId(0), 0, true)]);
/// assert_eq!(memory.strings().iter().collect::<Vec<_>>(), [b"x"]);
///
/// let mut source = Source::whole(b"x =\n= 1".into());
/// let error = parse_chunk(&mut source, Steps::unlimited(), &mut memory, &mut |_, _| Ok(())).expect_err("it is wrong");
/// assert_eq!(error.in_chunk(b"@file.lua"), b"file.lua:2: unexpected symbol near '='");
/// # Ok::<(), lua_syntax::syntax::SyntaxError>(())
/// ```
///
/// # Errors
///
/// The first error in the chunk, or one of `emit`. That a `goto` has no label, or a `break` no loop, is an error at the end
/// of its function. If the work was stopped, an error that says so.
pub fn parse_chunk(
    source: &mut Source<'_>,
    mut steps: Steps<'_>,
    memory: &mut Memory,
    emit: Emit<'_>,
) -> Result<(), SyntaxError> {
    let Memory { mut strings, mut scopes, trees } = std::mem::take(memory);
    strings.clear();
    scopes.restart();
    let tokens = Tokens::new(source, strings, steps.lend())?;
    let mut chunk = Chunk { tokens, scopes, emit, trees, depth: 0 };
    chunk.parse()?;
    *memory = Memory { strings: chunk.tokens.into_strings(), scopes: chunk.scopes, trees: chunk.trees };
    Ok(())
}

#[cfg(test)]
mod tests;
