//! Turns tokens into expressions, by precedence climbing.

use bumpalo::collections::Vec as BumpVec;

use super::items::Items;
use super::operator::{BinaryOperator, LogicOperator, UnaryOperator};
use super::parser::Parser;
use super::tree::{Expression, Item, Operation, Suffix, SuffixKind};
use crate::syntax::{Name, Symbol, SyntaxError, TokenKind};

/// What a base with its suffixes can be besides a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The target of an assignment.
    Target,
    /// A statement.
    Call,
    /// Nothing else, because it is in parentheses.
    Value,
}

/// How tightly an operator binds its left and its right operand.
struct Binding {
    left: u8,
    right: u8,
}

/// How tightly a prefix operator binds.
const UNARY_BINDING: u8 = 8;

/// How tightly `..` binds the operand before it. The operand after it can be another `..`, whose operands continue the list.
const CONCAT_BINDING: u8 = 5;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Infix {
    Binary(BinaryOperator),
    Logic(LogicOperator),
    Concat,
}

fn infix(symbol: Symbol) -> Option<(Infix, Binding)> {
    use BinaryOperator as B;
    let (infix, left, right) = match symbol {
        Symbol::Or => (Infix::Logic(LogicOperator::Or), 1, 1),
        Symbol::And => (Infix::Logic(LogicOperator::And), 2, 2),
        Symbol::Equal => (Infix::Binary(B::Equal), 3, 3),
        Symbol::NotEqual => (Infix::Binary(B::NotEqual), 3, 3),
        Symbol::Less => (Infix::Binary(B::Less), 3, 3),
        Symbol::LessOrEqual => (Infix::Binary(B::LessOrEqual), 3, 3),
        Symbol::Greater => (Infix::Binary(B::Greater), 3, 3),
        Symbol::GreaterOrEqual => (Infix::Binary(B::GreaterOrEqual), 3, 3),
        Symbol::Concat => (Infix::Concat, CONCAT_BINDING, CONCAT_BINDING),
        Symbol::Add => (Infix::Binary(B::Add), 6, 6),
        Symbol::Subtract => (Infix::Binary(B::Subtract), 6, 6),
        Symbol::Multiply => (Infix::Binary(B::Multiply), 7, 7),
        Symbol::Divide => (Infix::Binary(B::Divide), 7, 7),
        Symbol::Modulo => (Infix::Binary(B::Modulo), 7, 7),
        Symbol::Power => (Infix::Binary(B::Power), 10, 9),
        _ => return None,
    };
    Some((infix, Binding { left, right }))
}

impl<'b> Parser<'_, '_, '_, 'b> {
    pub(super) fn parse_expression(&mut self) -> Result<Expression<'b>, SyntaxError> {
        self.parse_operands(0)
    }

    /// Parses expressions between commas, at least one.
    pub(super) fn parse_expressions(&mut self) -> Result<&'b [Expression<'b>], SyntaxError> {
        let first = self.parse_expression()?;
        if !self.chunk.tokens.is_at(Symbol::Comma) {
            return Ok(self.memory.alloc([first]));
        }
        let mut expressions = bumpalo::vec![in self.memory; first];
        while self.chunk.tokens.accept(Symbol::Comma)? {
            expressions.push(self.parse_expression()?);
        }
        Ok(expressions.into_bump_slice())
    }

    /// Returns the next operator, if it binds tighter than `limit`.
    fn infix(&self, limit: u8) -> Option<(Infix, Binding)> {
        let TokenKind::Symbol(symbol) = self.chunk.tokens.kind() else { return None };
        infix(symbol).filter(|(_, binding)| binding.left > limit)
    }

    /// Parses operands, and operators between them that bind tighter than `limit`.
    fn parse_operands(&mut self, limit: u8) -> Result<Expression<'b>, SyntaxError> {
        self.nested(|parser| {
            let mut left = match parser.literal() {
                Some(literal) => {
                    parser.chunk.tokens.advance()?;
                    literal
                }
                None => parser.parse_unary()?,
            };
            while let Some((infix, _)) = parser.infix(limit) {
                left = match infix {
                    Infix::Binary(_) => parser.parse_binary(left, limit)?,
                    Infix::Logic(operator) => parser.parse_logic(left, operator, limit)?,
                    Infix::Concat => parser.parse_concat(left)?,
                };
            }
            Ok(left)
        })
    }

    fn parse_binary(&mut self, first: Expression<'b>, limit: u8) -> Result<Expression<'b>, SyntaxError> {
        let mut rest = BumpVec::with_capacity_in(1, self.memory);
        while let Some((Infix::Binary(operator), binding)) = self.infix(limit) {
            self.chunk.tokens.advance()?;
            let operand = self.parse_operands(binding.right)?;
            rest.push(Operation { operator, line: self.chunk.tokens.last_line(), operand });
        }
        Ok(Expression::Binary { first: self.memory.alloc(first), rest: rest.into_bump_slice() })
    }

    fn parse_logic(
        &mut self,
        first: Expression<'b>,
        operator: LogicOperator,
        limit: u8,
    ) -> Result<Expression<'b>, SyntaxError> {
        let mut operands = bumpalo::vec![in self.memory; first];
        while let Some((infix, binding)) = self.infix(limit)
            && infix == Infix::Logic(operator)
        {
            self.chunk.tokens.advance()?;
            operands.push(self.parse_operands(binding.right)?);
        }
        Ok(Expression::Logic { operator, operands: operands.into_bump_slice() })
    }

    /// Parses the operands of `..`. Each is a level of nesting, because it is the right operand of the one before.
    fn parse_concat(&mut self, first: Expression<'b>) -> Result<Expression<'b>, SyntaxError> {
        let mut operands = bumpalo::vec![in self.memory; first];
        let depth = self.chunk.depth;
        while self.chunk.tokens.accept(Symbol::Concat)? {
            operands.push(self.parse_operands(CONCAT_BINDING)?);
            self.deeper()?;
        }
        self.chunk.depth = depth;
        Ok(Expression::Concat { operands: operands.into_bump_slice(), line: self.chunk.tokens.last_line() })
    }

    /// Returns the literal that the next token is.
    fn literal(&self) -> Option<Expression<'b>> {
        Some(match self.chunk.tokens.kind() {
            TokenKind::Number(number) => Expression::Number(number),
            TokenKind::String(id) => Expression::String(id),
            TokenKind::Symbol(Symbol::Nil) => Expression::Nil,
            TokenKind::Symbol(Symbol::True) => Expression::True,
            TokenKind::Symbol(Symbol::False) => Expression::False,
            _ => return None,
        })
    }

    fn parse_unary(&mut self) -> Result<Expression<'b>, SyntaxError> {
        let operator = match self.chunk.tokens.kind() {
            TokenKind::Symbol(Symbol::Not) => UnaryOperator::Not,
            TokenKind::Symbol(Symbol::Subtract) => UnaryOperator::Negate,
            TokenKind::Symbol(Symbol::Length) => UnaryOperator::Length,
            _ => return self.parse_simple(),
        };
        self.chunk.tokens.advance()?;
        let operand = self.parse_operands(UNARY_BINDING)?;
        Ok(Expression::Unary { operator, line: self.chunk.tokens.last_line(), operand: self.memory.alloc(operand) })
    }

    fn parse_simple(&mut self) -> Result<Expression<'b>, SyntaxError> {
        match self.chunk.tokens.kind() {
            TokenKind::Symbol(Symbol::Dots) if self.chunk.scopes.function().is_vararg => {
                self.chunk.tokens.advance()?;
                Ok(Expression::Vararg)
            }
            TokenKind::Symbol(Symbol::Dots) => {
                Err(self.chunk.tokens.error("cannot use '...' outside a vararg function"))
            }
            TokenKind::Symbol(Symbol::OpenBrace) => self.parse_table(),
            TokenKind::Symbol(Symbol::Function) => {
                let line = self.chunk.tokens.advance()?;
                self.chunk.parse_function(false, line).map(Expression::Function)
            }
            _ => self.parse_suffixed().map(|(expression, _)| expression),
        }
    }

    /// Parses a variable or an expression in parentheses, and its suffixes.
    pub(super) fn parse_suffixed(&mut self) -> Result<(Expression<'b>, Role), SyntaxError> {
        let (base, role) = self.parse_base()?;
        let Some(first) = self.parse_suffix()? else { return Ok((base, role)) };
        let mut suffixes = bumpalo::vec![in self.memory; first];
        while let Some(suffix) = self.parse_suffix()? {
            suffixes.push(suffix);
        }
        let is_call = suffixes.last().is_some_and(Suffix::is_call);
        Ok((self.access(base, suffixes), if is_call { Role::Call } else { Role::Target }))
    }

    pub(super) fn access(&mut self, base: Expression<'b>, suffixes: BumpVec<'b, Suffix<'b>>) -> Expression<'b> {
        Expression::Access { base: self.memory.alloc(base), suffixes: suffixes.into_bump_slice() }
    }

    /// Returns the variable with this name.
    pub(super) fn variable(&mut self, name: Name) -> Result<Expression<'b>, SyntaxError> {
        Ok(Expression::Variable { variable: self.chunk.scopes.resolve(name)?, line: name.line })
    }

    fn parse_base(&mut self) -> Result<(Expression<'b>, Role), SyntaxError> {
        let tokens = &mut self.chunk.tokens;
        if tokens.is_at_name() {
            let name = tokens.expect_name()?;
            return Ok((self.variable(name)?, Role::Target));
        }
        if !tokens.is_at(Symbol::Open) {
            return Err(tokens.error("unexpected symbol"));
        }
        let line = tokens.advance()?;
        let inner = self.parse_expression()?;
        self.chunk.tokens.expect_closing(Symbol::Close, Symbol::Open, line)?;
        // Parentheses only reduce several values to one.
        let inner = if inner.is_multiple() { Expression::First(self.memory.alloc(inner)) } else { inner };
        Ok((inner, Role::Value))
    }

    fn parse_suffix(&mut self) -> Result<Option<Suffix<'b>>, SyntaxError> {
        let tokens = &mut self.chunk.tokens;
        let line = tokens.line();
        let kind = match tokens.kind() {
            TokenKind::Symbol(Symbol::Dot) => {
                tokens.advance()?;
                SuffixKind::Field(tokens.expect_name()?.id)
            }
            TokenKind::Symbol(Symbol::OpenBracket) => {
                tokens.advance()?;
                let key = self.parse_expression()?;
                self.chunk.tokens.expect(Symbol::CloseBracket)?;
                SuffixKind::Index(key)
            }
            TokenKind::Symbol(Symbol::Colon) => {
                tokens.advance()?;
                let name = tokens.expect_name()?.id;
                let line = tokens.line();
                let kind = SuffixKind::Method { name, arguments: self.parse_arguments()? };
                return Ok(Some(Suffix { line, kind }));
            }
            TokenKind::Symbol(Symbol::Open | Symbol::OpenBrace) | TokenKind::String(_) => {
                return Ok(Some(Suffix { line, kind: SuffixKind::Call(self.parse_arguments()?) }));
            }
            _ => return Ok(None),
        };
        Ok(Some(Suffix { line: self.chunk.tokens.last_line(), kind }))
    }

    fn parse_arguments(&mut self) -> Result<&'b [Expression<'b>], SyntaxError> {
        let tokens = &mut self.chunk.tokens;
        match tokens.kind() {
            TokenKind::Symbol(Symbol::Open) => {
                let line = tokens.line();
                if line != tokens.last_line() {
                    return Err(tokens.error("ambiguous syntax (function call x new statement)"));
                }
                tokens.advance()?;
                let arguments = if tokens.is_at(Symbol::Close) { &[] } else { self.parse_expressions()? };
                self.chunk.tokens.expect_closing(Symbol::Close, Symbol::Open, line)?;
                Ok(arguments)
            }
            TokenKind::Symbol(Symbol::OpenBrace) => {
                let table = self.parse_table()?;
                Ok(self.memory.alloc([table]))
            }
            TokenKind::String(id) => {
                tokens.advance()?;
                Ok(self.memory.alloc([Expression::String(id)]))
            }
            _ => Err(tokens.error("function arguments expected")),
        }
    }

    fn parse_table(&mut self) -> Result<Expression<'b>, SyntaxError> {
        let line = self.chunk.tokens.line();
        self.chunk.tokens.expect(Symbol::OpenBrace)?;
        let mut items = Items::new(self.memory);
        while !self.chunk.tokens.is_at(Symbol::CloseBrace) {
            items.push(self.parse_item()?);
            if !self.chunk.tokens.accept(Symbol::Comma)? && !self.chunk.tokens.accept(Symbol::Semicolon)? {
                break;
            }
        }
        self.chunk.tokens.expect_closing(Symbol::CloseBrace, Symbol::OpenBrace, line)?;
        Ok(Expression::Table { line, items: items.finish() })
    }

    fn parse_item(&mut self) -> Result<Item<'b>, SyntaxError> {
        let tokens = &mut self.chunk.tokens;
        if tokens.accept(Symbol::OpenBracket)? {
            let key = self.parse_expression()?;
            self.chunk.tokens.expect(Symbol::CloseBracket)?;
            self.chunk.tokens.expect(Symbol::Assign)?;
            return Ok(Item::Index(key, self.parse_expression()?));
        }
        if tokens.is_at_name() && tokens.look_ahead()? == TokenKind::Symbol(Symbol::Assign) {
            let name = tokens.expect_name()?.id;
            tokens.expect(Symbol::Assign)?;
            return Ok(Item::Field(name, self.parse_expression()?));
        }
        Ok(Item::Next(self.parse_expression()?))
    }
}
