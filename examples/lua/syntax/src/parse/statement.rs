//! Turns tokens into statements.

use bumpalo::collections::Vec as BumpVec;

use super::expression::Role;
use super::parser::{Chunk, MAX_DEPTH, Parser};
use super::tree::{Arm, Block, Bounds, Expression, LocalId, Statement, StatementKind, Suffix, SuffixKind, Target};
use crate::syntax::{Line, Name, Symbol, SyntaxError, TokenKind};

/// Number of locals without a name in every `for`.
const HIDDEN_LOCALS: u32 = 3;

impl<'b> Parser<'_, '_, '_, 'b> {
    /// Every kind has its own function, so that nested blocks use little of the stack.
    pub(super) fn parse_statement(&mut self) -> Result<Statement<'b>, SyntaxError> {
        let tokens = &mut self.chunk.tokens;
        let line = tokens.line();
        let is_jump = tokens.is_at(Symbol::Goto) && matches!(tokens.look_ahead()?, TokenKind::Name(_));
        let kind = match tokens.kind() {
            TokenKind::Symbol(Symbol::If) => self.parse_if(line)?,
            TokenKind::Symbol(Symbol::While) => self.parse_while(line)?,
            TokenKind::Symbol(Symbol::Do) => self.parse_do(line)?,
            TokenKind::Symbol(Symbol::For) => self.parse_for(line)?,
            TokenKind::Symbol(Symbol::Repeat) => self.parse_repeat(line)?,
            TokenKind::Symbol(Symbol::Function) => self.parse_function(line)?,
            TokenKind::Symbol(Symbol::Local) => self.parse_local()?,
            TokenKind::Symbol(Symbol::Return) => self.parse_return()?,
            TokenKind::Symbol(Symbol::Break) => {
                tokens.advance()?;
                self.chunk.scopes.function().add_break(line);
                StatementKind::Break
            }
            TokenKind::Symbol(Symbol::LabelMark) => self.parse_label()?,
            TokenKind::Symbol(Symbol::Goto) if is_jump => {
                tokens.advance()?;
                let name = tokens.expect_name()?;
                StatementKind::Goto(self.chunk.scopes.function().jump(name))
            }
            _ => self.parse_call_or_assignment()?,
        };
        Ok(Statement { line, kind })
    }

    fn parse_do(&mut self, line: Line) -> Result<StatementKind<'b>, SyntaxError> {
        self.chunk.tokens.advance()?;
        let body = self.parse_block(&[])?;
        self.chunk.tokens.expect_closing(Symbol::EndWord, Symbol::Do, line)?;
        Ok(StatementKind::Do(body))
    }

    fn parse_while(&mut self, line: Line) -> Result<StatementKind<'b>, SyntaxError> {
        self.chunk.tokens.advance()?;
        let condition = self.parse_expression()?;
        let body = self.parse_loop(&[])?;
        self.chunk.tokens.expect_closing(Symbol::EndWord, Symbol::While, line)?;
        Ok(StatementKind::While { condition, body })
    }

    /// Parses `do` and the body of a loop that begins with `locals` in scope.
    fn parse_loop(&mut self, locals: &[LocalId]) -> Result<Block<'b>, SyntaxError> {
        self.chunk.tokens.expect(Symbol::Do)?;
        self.chunk.scopes.function().loops += 1;
        let body = self.parse_block(locals)?;
        self.chunk.scopes.function().loops -= 1;
        Ok(body)
    }

    fn parse_repeat(&mut self, line: Line) -> Result<StatementKind<'b>, SyntaxError> {
        self.chunk.tokens.advance()?;
        self.chunk.scopes.function().loops += 1;
        let (statements, end_line) = self.parse_statements(&[])?;
        self.chunk.scopes.function().loops -= 1;
        self.chunk.tokens.expect_closing(Symbol::Until, Symbol::Repeat, line)?;
        let condition = self.parse_expression()?;
        let closes = self.close_block(false)?;
        Ok(StatementKind::Repeat { body: Block { statements, closes, end_line }, condition })
    }

    fn parse_if(&mut self, line: Line) -> Result<StatementKind<'b>, SyntaxError> {
        let mut arms = BumpVec::with_capacity_in(1, self.memory);
        loop {
            // `if` or `elseif`
            self.chunk.tokens.advance()?;
            let condition = self.parse_expression()?;
            self.chunk.tokens.expect(Symbol::Then)?;
            arms.push(Arm { condition, body: self.parse_block(&[])? });
            if !self.chunk.tokens.is_at(Symbol::ElseIf) {
                break;
            }
        }
        let has_else = self.chunk.tokens.accept(Symbol::Else)?;
        let otherwise = if has_else { Some(self.parse_block(&[])?) } else { None };
        self.chunk.tokens.expect_closing(Symbol::EndWord, Symbol::If, line)?;
        Ok(StatementKind::If { arms: arms.into_bump_slice(), otherwise })
    }

    fn parse_for(&mut self, line: Line) -> Result<StatementKind<'b>, SyntaxError> {
        let tokens = &mut self.chunk.tokens;
        tokens.advance()?;
        let variable = tokens.expect_name()?;
        let kind = if tokens.accept(Symbol::Assign)? {
            self.parse_numeric_for(variable)?
        } else if tokens.is_at(Symbol::Comma) || tokens.is_at(Symbol::In) {
            self.parse_generic_for(variable)?
        } else {
            return Err(tokens.error("'=' or 'in' expected"));
        };
        self.chunk.tokens.expect_closing(Symbol::EndWord, Symbol::For, line)?;
        Ok(kind)
    }

    fn parse_numeric_for(&mut self, variable: Name) -> Result<StatementKind<'b>, SyntaxError> {
        let start = self.parse_expression()?;
        self.chunk.tokens.expect(Symbol::Comma)?;
        let limit = self.parse_expression()?;
        let has_step = self.chunk.tokens.accept(Symbol::Comma)?;
        let step = if has_step { Some(self.parse_expression()?) } else { None };
        let bounds = self.memory.alloc(Bounds { start, limit, step, line: self.chunk.tokens.line() });
        let (locals, body) = self.parse_for_body(&[variable])?;
        Ok(StatementKind::NumericFor { local: locals[0], bounds, body })
    }

    fn parse_generic_for(&mut self, first: Name) -> Result<StatementKind<'b>, SyntaxError> {
        let names = self.parse_names(first)?;
        self.chunk.tokens.expect(Symbol::In)?;
        let line = self.chunk.tokens.line();
        let values = self.parse_expressions()?;
        let (locals, body) = self.parse_for_body(&names)?;
        Ok(StatementKind::GenericFor { locals, values, body, line })
    }

    /// Parses `do` and the body of a `for` with the variables `names`.
    fn parse_for_body(&mut self, names: &[Name]) -> Result<(&'b [LocalId], Block<'b>), SyntaxError> {
        self.chunk.scopes.function().hidden += HIDDEN_LOCALS;
        let locals = self.declare(names)?;
        let body = self.parse_loop(locals)?;
        self.chunk.scopes.function().hidden -= HIDDEN_LOCALS;
        Ok((locals, body))
    }

    /// Parses `function a.b:c(…) … end`.
    fn parse_function(&mut self, line: Line) -> Result<StatementKind<'b>, SyntaxError> {
        self.chunk.tokens.advance()?;
        let name = self.chunk.tokens.expect_name()?;
        let base = self.variable(name)?;
        let mut suffixes = BumpVec::new_in(self.memory);
        let mut has_self = false;
        let tokens = &mut self.chunk.tokens;
        while !has_self && (tokens.is_at(Symbol::Dot) || tokens.is_at(Symbol::Colon)) {
            has_self = tokens.is_at(Symbol::Colon);
            tokens.advance()?;
            let field = tokens.expect_name()?;
            suffixes.push(Suffix { line: field.line, kind: SuffixKind::Field(field.id) });
        }
        let place = if suffixes.is_empty() { base } else { self.access(base, suffixes) };
        let target = self.target(place, Role::Target)?;
        let function = Expression::Function(self.chunk.parse_function(has_self, line)?);
        let (targets, values) = (self.memory.alloc([target]), self.memory.alloc([function]));
        // In Lua, the store has the line in which the function begins.
        Ok(StatementKind::Assign { targets, values, end_line: line })
    }

    fn parse_local(&mut self) -> Result<StatementKind<'b>, SyntaxError> {
        let tokens = &mut self.chunk.tokens;
        tokens.advance()?;
        if tokens.is_at(Symbol::Function) {
            let line = tokens.advance()?;
            let name = tokens.expect_name()?;
            let scope = self.chunk.scopes.function();
            let local = scope.declare(name, 0)?;
            scope.enter(&[local]);
            return Ok(StatementKind::LocalFunction { local, function: self.chunk.parse_function(false, line)? });
        }
        let first = tokens.expect_name()?;
        let names = self.parse_names(first)?;
        let has_values = self.chunk.tokens.accept(Symbol::Assign)?;
        let values = if has_values { self.parse_expressions()? } else { &[] };
        let locals = self.declare(&names)?;
        let scope = self.chunk.scopes.function();
        scope.note_origins(locals, values);
        scope.enter(locals);
        Ok(StatementKind::Local { locals, values })
    }

    fn parse_return(&mut self) -> Result<StatementKind<'b>, SyntaxError> {
        let tokens = &mut self.chunk.tokens;
        tokens.advance()?;
        let is_empty = tokens.is_at_block_end() || tokens.is_at(Symbol::Semicolon);
        Ok(StatementKind::Return(if is_empty { &[] } else { self.parse_expressions()? }))
    }

    fn parse_label(&mut self) -> Result<StatementKind<'b>, SyntaxError> {
        let Chunk { tokens, scopes, .. } = &mut *self.chunk;
        tokens.advance()?;
        let name = tokens.expect_name()?;
        tokens.expect(Symbol::LabelMark)?;
        Ok(StatementKind::Label(scopes.function().label(name, tokens.strings())?))
    }

    fn parse_call_or_assignment(&mut self) -> Result<StatementKind<'b>, SyntaxError> {
        let (first, role) = self.parse_suffixed()?;
        if role == Role::Call {
            return Ok(StatementKind::Call(first));
        }
        let mut targets = bumpalo::vec![in self.memory; self.target(first, role)?];
        while self.chunk.tokens.accept(Symbol::Comma)? {
            let (target, role) = self.parse_suffixed()?;
            if u32::try_from(targets.len()).is_ok_and(|count| count + self.chunk.depth >= MAX_DEPTH) {
                let (line, function) = (self.chunk.tokens.line(), self.chunk.scopes.function().line);
                return Err(SyntaxError::too_many(line, function, MAX_DEPTH, "variable names"));
            }
            targets.push(self.target(target, role)?);
        }
        self.chunk.tokens.expect(Symbol::Assign)?;
        let (targets, values) = (targets.into_bump_slice(), self.parse_expressions()?);
        Ok(StatementKind::Assign { targets, values, end_line: self.chunk.tokens.last_line() })
    }

    fn target(&mut self, expression: Expression<'b>, role: Role) -> Result<Target<'b>, SyntaxError> {
        match expression {
            _ if role != Role::Target => Err(self.chunk.tokens.error("syntax error")),
            Expression::Variable { variable, .. } => {
                self.chunk.scopes.assign(variable);
                Ok(Target::Variable(variable))
            }
            element => Ok(Target::Element(element)),
        }
    }
}
