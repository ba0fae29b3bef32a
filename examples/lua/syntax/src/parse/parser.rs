//! Turns tokens into the trees of functions, by recursive descent; the messages are Lua's.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::Emit;
use super::scope::Scopes;
use super::tree::{Block, Function, FunctionId, LocalId, Statement, StatementKind};
use crate::syntax::{Line, Name, Symbol, SyntaxError, Tokens};

/// The nesting of blocks and expressions must be less deep than this. The limit is LuaJIT's.
pub const MAX_DEPTH: u32 = 200;

/// What the parsers of a chunk's functions share.
pub(super) struct Chunk<'a, 'parts> {
    pub(super) tokens: Tokens<'a, 'parts>,
    pub(super) scopes: Scopes,
    pub(super) emit: Emit<'a>,
    /// The memory of trees of functions that have ended.
    pub(super) trees: Vec<Bump>,
    pub(super) depth: u32,
}

impl Chunk<'_, '_> {
    /// Parses the whole chunk.
    pub(super) fn parse(&mut self) -> Result<(), SyntaxError> {
        self.scopes.begin(Line::NONE, true);
        let mut memory = self.trees.pop().unwrap_or_default();
        let mut parser = Parser { chunk: self, memory: &memory };
        let body = parser.parse_block(&[])?;
        parser.chunk.tokens.expect_end()?;
        let end_line = parser.chunk.tokens.line();
        self.end_function(0, body, end_line)?;
        memory.reset();
        self.trees.push(memory);
        Ok(())
    }

    /// Parses a function after the word `function` in `line` and its name.
    pub(super) fn parse_function(&mut self, has_self: bool, line: Line) -> Result<FunctionId, SyntaxError> {
        self.scopes.begin(line, false);
        let mut memory = self.trees.pop().unwrap_or_default();
        let mut parser = Parser { chunk: self, memory: &memory };
        let parameters = parser.parse_parameters(has_self, line)?;
        let body = parser.parse_block(parameters)?;
        let end_line = parser.chunk.tokens.line();
        parser.chunk.tokens.expect_closing(Symbol::EndWord, Symbol::Function, line)?;
        let id = self.end_function(parameters.len(), body, end_line)?;
        memory.reset();
        self.trees.push(memory);
        Ok(id)
    }

    fn end_function(&mut self, parameters: usize, body: Block<'_>, end_line: Line) -> Result<FunctionId, SyntaxError> {
        let scope = self.scopes.end();
        scope.check_jumps(self.tokens.strings())?;
        let function = Function {
            strings: self.tokens.strings(),
            line: scope.line,
            end_line,
            parameters,
            is_vararg: scope.is_vararg,
            locals: &scope.locals,
            upvalues: &scope.upvalues,
            labels: &scope.labels,
            jumps: &scope.jumps,
            body,
        };
        (self.emit)(scope.id, &function)?;
        let id = scope.id;
        self.scopes.reuse(scope);
        Ok(id)
    }
}

/// The parser of a function.
pub(super) struct Parser<'c, 'a, 'parts, 'b> {
    pub(super) chunk: &'c mut Chunk<'a, 'parts>,
    /// Where the nodes of its tree are.
    pub(super) memory: &'b Bump,
}

impl<'b> Parser<'_, '_, '_, 'b> {
    /// Counts a level of nesting while `parse` runs.
    pub(super) fn nested<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        self.deeper()?;
        let result = parse(self)?;
        self.chunk.depth -= 1;
        Ok(result)
    }

    /// Begins a level of nesting.
    pub(super) fn deeper(&mut self) -> Result<(), SyntaxError> {
        self.chunk.depth += 1;
        if self.chunk.depth >= MAX_DEPTH {
            return Err(SyntaxError::new(self.chunk.tokens.line(), "chunk has too many syntax levels"));
        }
        Ok(())
    }

    /// Parses a block that begins with `locals` in scope.
    pub(super) fn parse_block(&mut self, locals: &[LocalId]) -> Result<Block<'b>, SyntaxError> {
        let (statements, end_line) = self.parse_statements(locals)?;
        Ok(Block { statements, closes: self.close_block(true)?, end_line })
    }

    /// Opens a block, and parses its statements.
    pub(super) fn parse_statements(&mut self, locals: &[LocalId]) -> Result<(&'b [Statement<'b>], Line), SyntaxError> {
        self.chunk.scopes.function().open_block(locals);
        self.nested(|parser| {
            let mut statements = BumpVec::new_in(parser.memory);
            let mut is_last = false;
            while !is_last && !parser.chunk.tokens.is_at_block_end() {
                let statement = parser.parse_statement()?;
                is_last = matches!(statement.kind, StatementKind::Return(_) | StatementKind::Break);
                if !matches!(statement.kind, StatementKind::Label(_)) {
                    parser.chunk.scopes.function().add_statement();
                }
                statements.push(statement);
                parser.chunk.tokens.accept(Symbol::Semicolon)?;
            }
            let statements: &[_] = statements.into_bump_slice();
            Ok((statements, parser.chunk.tokens.line()))
        })
    }

    /// Closes the innermost block. Returns the first of its locals that is captured.
    pub(super) fn close_block(&mut self, is_scope: bool) -> Result<Option<LocalId>, SyntaxError> {
        let Chunk { scopes, tokens, .. } = &mut *self.chunk;
        scopes.function().close_block(is_scope, tokens.strings())
    }

    /// Declares locals that come into scope later.
    pub(super) fn declare(&mut self, names: &[Name]) -> Result<&'b [LocalId], SyntaxError> {
        let mut locals = BumpVec::with_capacity_in(names.len(), self.memory);
        for (pending, &name) in names.iter().enumerate() {
            locals.push(self.chunk.scopes.function().declare(name, pending)?);
        }
        Ok(locals.into_bump_slice())
    }

    /// Parses names between commas, after `first`.
    pub(super) fn parse_names(&mut self, first: Name) -> Result<BumpVec<'b, Name>, SyntaxError> {
        let mut names = bumpalo::vec![in self.memory; first];
        while self.chunk.tokens.accept(Symbol::Comma)? {
            names.push(self.chunk.tokens.expect_name()?);
        }
        Ok(names)
    }

    fn parse_parameters(&mut self, has_self: bool, line: Line) -> Result<&'b [LocalId], SyntaxError> {
        let tokens = &mut self.chunk.tokens;
        tokens.expect(Symbol::Open)?;
        let mut parameters = BumpVec::new_in(self.memory);
        if has_self {
            parameters.push(Name { id: tokens.strings().intern(b"self"), line, line_after: line });
        }
        if !tokens.is_at(Symbol::Close) {
            loop {
                if tokens.is_at_name() {
                    parameters.push(tokens.expect_name()?);
                } else if tokens.accept(Symbol::Dots)? {
                    self.chunk.scopes.function().is_vararg = true;
                    break;
                } else {
                    return Err(tokens.error("<name> or '...' expected"));
                }
                if !tokens.accept(Symbol::Comma)? {
                    break;
                }
            }
        }
        tokens.expect(Symbol::Close)?;
        self.declare(&parameters)
    }
}
