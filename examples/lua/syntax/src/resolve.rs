//! Turns a syntax tree into one in which every name is a local, an upvalue or a global, and every `goto` has its label.

mod expression;
mod function;
mod label;
mod statement;
mod tree;

use crate::syntax::{StringId, Strings, SyntaxError, parse};
use function::FunctionState;

pub use crate::syntax::ast::{BinaryOperator, LogicOperator, UnaryOperator};
pub use tree::{
    Arm, Block, Bounds, Capture, Expression, Function, FunctionId, Item, Label, LabelId, Local, LocalId, Operation,
    Statement, StatementKind, Suffix, SuffixKind, Target, Tree, Upvalue, UpvalueId, Variable,
};

/// Parses and resolves a chunk.
///
/// ```
/// use lua_syntax::resolve::{StatementKind, resolve_chunk};
///
/// let tree = resolve_chunk(b"local x = 1 return function() return x end").expect("it is fine");
/// assert!(tree.main.locals[0].is_captured && !tree.main.locals[0].is_assigned);
/// assert!(matches!(tree.main.body.statements[1].kind, StatementKind::Return(_)));
///
/// let error = resolve_chunk(b"x =\n= 1").expect_err("it is not");
/// assert_eq!(error.in_chunk(b"@file.lua"), b"file.lua:2: unexpected symbol near '='");
/// ```
///
/// # Errors
///
/// The first error in the chunk. Syntax errors come before errors of names and labels.
pub fn resolve_chunk(source: &[u8]) -> Result<Tree, SyntaxError> {
    let ast = parse(source)?;
    let mut resolver = Resolver { strings: ast.strings, functions: Vec::new() };
    let main = resolver.resolve_function(ast.main)?;
    Ok(Tree { strings: resolver.strings, main })
}

struct Resolver {
    strings: Strings,
    /// The functions that enclose the current place, innermost last.
    functions: Vec<FunctionState>,
}

impl Resolver {
    /// Returns a message with a name in it.
    fn quote(&self, before: &str, name: StringId, after: &str) -> Vec<u8> {
        [before.as_bytes(), self.strings.text(name), after.as_bytes()].concat()
    }
}

#[cfg(test)]
mod tests;
