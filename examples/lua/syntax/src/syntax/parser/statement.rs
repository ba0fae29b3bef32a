//! Turns tokens into statements.

use super::{MAX_DEPTH, Parser};
use crate::syntax::ast::{
    Arm, Base, Bounds, Expression, Statement, StatementKind, Suffix, SuffixKind, Suffixed, Target,
};
use crate::syntax::error::{Line, SyntaxError};
use crate::syntax::token::{Symbol, TokenKind};

impl Statement {
    /// Returns `true` if it must be the last statement of its block.
    pub(super) fn ends_block(&self) -> bool {
        matches!(self.kind, StatementKind::Return(_) | StatementKind::Break)
    }
}

impl Parser<'_, '_> {
    pub(super) fn parse_statement(&mut self) -> Result<Statement, SyntaxError> {
        let line = self.token.line;
        let is_jump = self.is_at(Symbol::Goto) && matches!(self.look_ahead()?, TokenKind::Name(_));
        let kind = match self.token.kind {
            TokenKind::Symbol(Symbol::If) => self.parse_if(line)?,
            TokenKind::Symbol(Symbol::While) => self.parse_while(line)?,
            TokenKind::Symbol(Symbol::Do) => {
                self.advance()?;
                let body = self.parse_block()?;
                self.expect_closing(Symbol::EndWord, Symbol::Do, line)?;
                StatementKind::Do(body)
            }
            TokenKind::Symbol(Symbol::For) => self.parse_for(line)?,
            TokenKind::Symbol(Symbol::Repeat) => self.parse_repeat(line)?,
            TokenKind::Symbol(Symbol::Function) => self.parse_function(line)?,
            TokenKind::Symbol(Symbol::Local) => self.parse_local()?,
            TokenKind::Symbol(Symbol::Return) => {
                self.advance()?;
                let is_empty = self.is_at_block_end() || self.is_at(Symbol::Semicolon);
                StatementKind::Return(if is_empty { Vec::new() } else { self.parse_expressions()? })
            }
            TokenKind::Symbol(Symbol::Break) => {
                self.advance()?;
                StatementKind::Break
            }
            TokenKind::Symbol(Symbol::LabelMark) => {
                self.advance()?;
                let name = self.expect_name()?;
                self.expect(Symbol::LabelMark)?;
                StatementKind::Label(name)
            }
            TokenKind::Symbol(Symbol::Goto) if is_jump => {
                self.advance()?;
                StatementKind::Goto(self.expect_name()?)
            }
            _ => self.parse_call_or_assignment()?,
        };
        Ok(Statement { line, kind })
    }

    fn parse_while(&mut self, line: Line) -> Result<StatementKind, SyntaxError> {
        self.advance()?;
        let condition = self.parse_expression()?;
        self.expect(Symbol::Do)?;
        let body = self.parse_block()?;
        self.expect_closing(Symbol::EndWord, Symbol::While, line)?;
        Ok(StatementKind::While { condition, body })
    }

    fn parse_repeat(&mut self, line: Line) -> Result<StatementKind, SyntaxError> {
        self.advance()?;
        let body = self.parse_block()?;
        self.expect_closing(Symbol::Until, Symbol::Repeat, line)?;
        let condition = self.parse_expression()?;
        Ok(StatementKind::Repeat { body, condition })
    }

    fn parse_if(&mut self, line: Line) -> Result<StatementKind, SyntaxError> {
        let mut arms = Vec::new();
        let mut otherwise = None;
        loop {
            // `if` or `elseif`
            self.advance()?;
            let condition = self.parse_expression()?;
            self.expect(Symbol::Then)?;
            arms.push(Arm { condition, body: self.parse_block()? });
            if !self.is_at(Symbol::ElseIf) {
                break;
            }
        }
        if self.accept(Symbol::Else)? {
            otherwise = Some(self.parse_block()?);
        }
        self.expect_closing(Symbol::EndWord, Symbol::If, line)?;
        Ok(StatementKind::If { arms, otherwise })
    }

    fn parse_for(&mut self, line: Line) -> Result<StatementKind, SyntaxError> {
        self.advance()?;
        let variable = self.expect_name()?;
        if self.accept(Symbol::Assign)? {
            let start = self.parse_expression()?;
            self.expect(Symbol::Comma)?;
            let limit = self.parse_expression()?;
            let step = if self.accept(Symbol::Comma)? { Some(self.parse_expression()?) } else { None };
            let do_line = self.token.line;
            self.expect(Symbol::Do)?;
            let body = self.parse_block()?;
            self.expect_closing(Symbol::EndWord, Symbol::For, line)?;
            let bounds = Box::new(Bounds { start, limit, step, line: do_line });
            return Ok(StatementKind::NumericFor { variable, bounds, body });
        }
        if !self.is_at(Symbol::Comma) && !self.is_at(Symbol::In) {
            return Err(self.error("'=' or 'in' expected"));
        }
        let mut names = vec![variable];
        while self.accept(Symbol::Comma)? {
            names.push(self.expect_name()?);
        }
        self.expect(Symbol::In)?;
        let call_line = self.token.line;
        let values = self.parse_expressions()?;
        self.expect(Symbol::Do)?;
        let body = self.parse_block()?;
        self.expect_closing(Symbol::EndWord, Symbol::For, line)?;
        Ok(StatementKind::GenericFor { names, values, body, line: call_line })
    }

    /// Parses `function a.b:c(…) … end`.
    fn parse_function(&mut self, line: Line) -> Result<StatementKind, SyntaxError> {
        self.advance()?;
        let name = self.expect_name()?;
        let mut suffixes = Vec::new();
        let mut has_self = false;
        while !has_self && (self.is_at(Symbol::Dot) || self.is_at(Symbol::Colon)) {
            has_self = self.is_at(Symbol::Colon);
            self.advance()?;
            let field = self.expect_name()?;
            suffixes.push(Suffix { line: field.line, kind: SuffixKind::Field(field.id) });
        }
        let function = self.parse_function_body(has_self, line)?;
        let target = if suffixes.is_empty() {
            Target::Name(name)
        } else {
            Target::Element(Suffixed { base: Base::Name(name), suffixes })
        };
        let values = vec![Expression::Function(Box::new(function))];
        // In Lua, the store has the line in which the function begins.
        Ok(StatementKind::Assign { targets: vec![target], values, end_line: line })
    }

    fn parse_local(&mut self) -> Result<StatementKind, SyntaxError> {
        self.advance()?;
        if self.is_at(Symbol::Function) {
            let line = self.advance()?.line;
            let name = self.expect_name()?;
            let function = Box::new(self.parse_function_body(false, line)?);
            return Ok(StatementKind::LocalFunction { name, function });
        }
        let mut names = vec![self.expect_name()?];
        while self.accept(Symbol::Comma)? {
            names.push(self.expect_name()?);
        }
        let values = if self.accept(Symbol::Assign)? { self.parse_expressions()? } else { Vec::new() };
        Ok(StatementKind::Local { names, values })
    }

    fn parse_call_or_assignment(&mut self) -> Result<StatementKind, SyntaxError> {
        let first = match self.parse_suffixed()? {
            Expression::Suffixed(call) if call.is_call() => return Ok(StatementKind::Call(call)),
            first => first,
        };
        let mut targets = vec![self.check_target(first)?];
        while self.accept(Symbol::Comma)? {
            let target = self.parse_suffixed()?;
            if u32::try_from(targets.len()).is_ok_and(|count| count + self.depth >= MAX_DEPTH) {
                return Err(SyntaxError::too_many(self.token.line, self.function_line, MAX_DEPTH, "variable names"));
            }
            targets.push(self.check_target(target)?);
        }
        self.expect(Symbol::Assign)?;
        let values = self.parse_expressions()?;
        Ok(StatementKind::Assign { targets, values, end_line: self.last_line })
    }

    fn check_target(&self, expression: Expression) -> Result<Target, SyntaxError> {
        match expression {
            Expression::Name(name) => Ok(Target::Name(name)),
            Expression::Suffixed(element) if !element.is_call() => Ok(Target::Element(element)),
            _ => Err(self.error("syntax error")),
        }
    }
}
