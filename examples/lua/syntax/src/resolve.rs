//! Turns a syntax tree into one in which every name is a local, an upvalue or a global, and every `goto` has its label.

mod expression;
mod function;
mod label;
mod statement;
mod tree;

use crate::steps::{Refused, Steps};
use crate::syntax::{Line, Source, StringId, Strings, SyntaxError, parse};
use function::FunctionState;

pub use crate::syntax::ast::{BinaryOperator, LogicOperator, UnaryOperator};
pub use tree::{
    Arm, Block, Bounds, Capture, Expression, Function, FunctionId, Item, Label, LabelId, Local, LocalId, Operation,
    Statement, StatementKind, Suffix, SuffixKind, Target, Tree, Upvalue, UpvalueId, Variable,
};

/// Parses and resolves a chunk.
///
/// ```
/// use lua_syntax::Steps;
/// use lua_syntax::resolve::{StatementKind, resolve_chunk};
/// use lua_syntax::syntax::Source;
///
/// let mut source = Source::whole(b"local x = 1 return function() return x end".into());
/// let tree = resolve_chunk(&mut source, Steps::unlimited()).expect("it is fine");
/// assert!(tree.main.locals[0].is_captured && !tree.main.locals[0].is_assigned);
/// assert!(matches!(tree.main.body.statements[1].kind, StatementKind::Return(_)));
///
/// let error = resolve_chunk(&mut Source::whole(b"x =\n= 1".into()), Steps::unlimited()).expect_err("it is not");
/// assert_eq!(error.in_chunk(b"@file.lua"), b"file.lua:2: unexpected symbol near '='");
/// ```
///
/// # Errors
///
/// The first error in the chunk. Syntax errors come before errors of names and labels. If the work was stopped, an error
/// that says so.
pub fn resolve_chunk<'a>(source: &'a mut Source<'_>, steps: Steps<'a>) -> Result<Tree, SyntaxError> {
    let (ast, steps) = parse(source, steps)?;
    let mut resolver = Resolver { strings: ast.strings, functions: Vec::new(), steps };
    let main = resolver.resolve_function(ast.main)?;
    Ok(Tree { strings: resolver.strings, main })
}

struct Resolver<'a> {
    strings: Strings,
    /// The functions that enclose the current place, innermost last.
    functions: Vec<FunctionState>,
    steps: Steps<'a>,
}

impl Resolver<'_> {
    /// Counts a node of the tree.
    fn take_step(&mut self) -> Result<(), SyntaxError> {
        self.steps.take(1).map_err(|Refused| SyntaxError::new(Line::FIRST, "the resolver was stopped"))
    }

    /// Returns a message with a name in it.
    fn quote(&self, before: &str, name: StringId, after: &str) -> Vec<u8> {
        [before.as_bytes(), self.strings.text(name), after.as_bytes()].concat()
    }
}

#[cfg(test)]
mod tests;
